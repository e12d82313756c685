// Provider processes that share a ledger in PostgreSQL, with the real commands.

import assert from 'node:assert/strict'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '../support/postgres.ts'
import { Stage } from './stage.ts'

describe('hosts: a ledger in PostgreSQL', function () {
  this.timeout(60_000)
  let postgres: Postgres
  let stage: Stage

  before(async () => {
    postgres = await startPostgres()
  })
  after(async () => {
    await stage.close()
    await postgres.stop()
  })

  it('I1: two processes of one provider keep one ledger, which can be audited meanwhile', async () => {
    const url = await postgres.newUrl()
    stage = await Stage.open('--port', '0', '--no-seed', '--ledger', url)
    const ann = await stage.person('ann', 10n)
    const twin = await stage.twin('twin')
    const second = stage.start('provider', '--data', twin, '--port', '0', '--no-seed')
    await second.until('listening')
    const deposit = ['deposit', ann.uid, '0.05', '--reason', 'a test', '--data', twin] as const
    await stage.command('deposited', ...deposit)
    assert.equal((await stage.account(ann)).balance, 15n)
    const books = await stage.command('books', 'books', '--data', stage.shop)
    assert.deepEqual([books['ok'], books['depositsMinor']], [true, '15'])
    assert.equal(await second.stop(), 0)
    assert.equal(await stage.provider.stop(), 0)
  })

  it('the URL is for its owner only, and is not said', async () => {
    const { mode } = await stat(join(stage.shop, 'ledger-url'))
    assert.equal(mode & 0o777, 0o600)
    const said = JSON.stringify(stage.provider.seen('listening'))
    assert.ok(!said.includes('postgres://'), said)
  })

  it('comes back to the same ledger, and refuses to leave one in a file behind', async () => {
    await stage.startProvider('--no-seed')
    const books = await stage.command('books', 'books', '--data', stage.shop)
    assert.equal(books['depositsMinor'], '15')
    assert.equal(await stage.provider.stop(), 0)
    const other = join(stage.dir, 'other')
    const filed = stage.start('provider', '--data', other, '--port', '0', '--no-seed')
    await filed.until('listening')
    await filed.stop()
    const moved = stage.start('provider', '--data', other, '--ledger', await postgres.newUrl())
    assert.equal((await moved.until('error'))['code'], 'bad-option')
    const odd = stage.start('provider', '--data', join(stage.dir, 'odd'), '--ledger', 'mysql://x')
    assert.equal((await odd.until('error'))['code'], 'bad-option')
  })

  it('I6: backs up a ledger in a file while the provider runs, and restores it into PostgreSQL', async () => {
    const shop = await Stage.open('--port', '0', '--no-seed')
    try {
      await shop.person('ann', 25n)
      const { path } = await shop.command('backup', 'backup', '--data', shop.shop)
      assert.equal(await shop.provider.stop(), 0)
      await rm(join(shop.shop, 'ledger.sqlite'))
      const url = await postgres.newUrl()
      const restore = ['restore', String(path), '--data', shop.shop, '--ledger', url] as const
      const restored = await shop.command('audit', ...restore)
      assert.equal(restored['postings'], 1)
      const books = await shop.command('books', 'books', '--data', shop.shop)
      assert.deepEqual([books['ok'], books['depositsMinor']], [true, '25'])
      const again = await shop.command('backup', 'backup', '--data', shop.shop)
      await rm(join(shop.shop, 'ledger-url'))
      const back = ['restore', String(again['path']), '--data', shop.shop] as const
      assert.equal((await shop.command('audit', ...back))['postings'], 1)
    } finally {
      await shop.close()
    }
  })
})
