// An older backup is put back with the real commands: what was acknowledged since is gone, nobody is in a dead end, and no
// purse is honoured that the ledger does not know.

import assert from 'node:assert/strict'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { KIB, Stage, type Person, type Sold } from './stage.ts'

describe('hosts: a restored ledger that is older', function () {
  this.timeout(120_000)
  let stage: Stage
  let film: Sold
  let [ann, bob]: Partial<Person>[] = []
  before(async () => {
    stage = await Stage.open('--port', '0')
    film = await stage.publish('film.bin', 512 * KIB)
    ann = await stage.person('ann', 100n)
    const { path } = await stage.command('backup', 'backup', '--data', stage.shop)
    bob = await stage.person('bob', 100n)
    for (const one of [ann, bob] as Person[]) {
      await stage.get(one, film.torrent, '--pieces', '0-2').succeeded()
      await stage.command('head', 'wallet', 'head', '--wallet', one.wallet)
    }
    await stage.provider.stop()
    await rename(join(stage.shop, 'ledger.sqlite'), join(stage.dir, 'newer.sqlite'))
    const odd = stage.start('restore', String(path), '--data', stage.shop, '--ledger', 'mysql://x')
    assert.equal((await odd.until('error'))['code'], 'bad-option')
    const restore = stage.start('restore', String(path), '--data', stage.shop)
    await restore.succeeded()
    const [audit] = restore.seen('audit')
    assert.deepEqual([audit?.['ok'], audit?.['postings']], [true, 1])
    assert.ok((audit?.['log'] as { head: unknown }).head)
    await stage.startProvider()
    await stage.provider.until('seeding', (line) => line['infoHash'] === film.infoHash)
  })
  after(() => stage.close())

  it('names its lost purses to their owners, and buys what is missing again', async () => {
    const { wallet } = ann as Person
    const shown = stage.start('wallet', '--wallet', wallet)
    await shown.succeeded()
    const { purses, account } = shown.seen('wallet')[0]!
    const [purse] = purses as { state: string; refundable: string }[]
    assert.deepEqual([purse?.state, purse?.refundable], ['lost', '0'])
    assert.equal((account as { balance: string }).balance, '100')
    assert.deepEqual(
      shown.seen('warning').map(({ code }) => code),
      ['unknown-purse']
    )
    await stage.get(ann as Person, film.torrent).succeeded()
    assert.deepEqual(await readFile(join((ann as Person).out, film.name)), film.bytes)
    assert.equal((await stage.account(ann as Person)).balance, 100n - (film.total - 6n))
  })

  it('knows who registers again by the uid that he had', async () => {
    const { uid, wallet } = bob as Person
    const unknown = stage.start('wallet', '--wallet', wallet)
    assert.equal((await unknown.until('error'))['code'], 'unknown-account')
    const again = ['register', '--provider', stage.url, '--wallet', wallet] as const
    assert.equal((await stage.command('registered', ...again))['uid'], uid)
    await stage.deposit(uid!, 100n)
    await stage.get(bob as Person, film.torrent).succeeded()
    assert.equal((await stage.account(bob as Person)).balance, 100n - (film.total - 6n))
  })

  it('is found out as a forked log, with advice, and taken when its reader decides so', async () => {
    const { wallet } = ann as Person
    const head = stage.start('wallet', 'head', '--wallet', wallet)
    const { code, advice } = await head.until('error')
    assert.equal(code, 'forked-log')
    assert.match(String(advice), /--accept/)
    const [known, now] = head.seen('fork')[0]?.['heads'] as [string, string]
    const accept = (line: string) =>
      ['wallet', 'head', '--accept', line, '--wallet', wallet] as const
    for (const other of [known, 'now', 'not a line']) {
      assert.equal((await stage.start(...accept(other)).until('error'))['code'], 'bad-request')
    }
    await stage.command('head', ...accept(now))
    assert.equal((await stage.start(...accept(now)).until('error'))['code'], 'bad-request', 'twice')
    await stage.command('head', 'wallet', 'head', '--wallet', wallet)
    await stage.command('proof', 'wallet', 'proof', '--wallet', wallet)
  })
})
