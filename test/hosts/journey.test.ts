// The whole journey with the real commands on real sockets: publish, register, deposit, get, claim, wallet, books.

import assert from 'node:assert/strict'
import { readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Status } from '../../hosts/src/provider/api-client.ts'
import { KIB, Stage, sumOf } from './stage.ts'

describe('hosts: the journey', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open('--port', '0')
  })
  after(() => stage.close())

  it('F3, F30, F45–F48, I1: buyers get a content, the second from the first; claims and books add up', async () => {
    const film = await stage.publish('film.bin', 1000 * KIB)
    assert.equal(film.pieces, 16)
    assert.equal(film.total, 32n)
    const [ann, bob] = await Promise.all([stage.person('ann', 40n), stage.person('bob', 35n)])

    const annGets = stage.get(ann, film.torrent, '--seed')
    await annGets.until('done')
    assert.deepEqual(await readFile(join(ann.out, film.name)), film.bytes)
    assert.deepEqual(await stage.account(bob), { balance: 35n, earned: 0n, spent: 0n, escrow: 0n })
    await stage.provider.until('claim')
    assert.equal(sumOf(stage.provider.seen('claim'), 'credited'), film.total)

    // What leaves the shelf is seeded no more, and still for sale: Ann is the only one to sell now.
    await rm(dirname(film.torrent), { recursive: true })
    await stage.provider.until('unshelved')
    const bobGets = stage.get(bob, film.magnet)
    await bobGets.succeeded()
    assert.deepEqual(await readFile(join(bob.out, film.name)), film.bytes)
    const [bought] = bobGets.seen('traded')
    assert.equal(bought?.['paid'], '32')
    assert.deepEqual(bought?.['bought'], [{ uid: ann.uid, pieces: 16, amount: '32' }])

    assert.equal(await annGets.stop(), 0)
    const [sold] = annGets.seen('traded')
    assert.deepEqual(sold?.['sold'], [{ uid: bob.uid, pieces: 16, amount: '32' }])
    assert.deepEqual(sold?.['unclaimed'], { pieces: 16, amount: '32' })
    // Nothing was claimed silently.
    assert.ok(stage.provider.seen('claim').every(({ uid }) => uid === stage.seeder))

    const claimed = await stage.command('claimed', 'claim', '--wallet', ann.wallet)
    assert.equal(claimed['credited'], '32')
    assert.equal(claimed['tokens'], 16)
    const again = await stage.command('claimed', 'claim', '--wallet', ann.wallet)
    assert.equal(again['credited'], '0')
    assert.deepEqual(await stage.account(ann), {
      balance: 40n,
      earned: 32n,
      spent: 32n,
      escrow: 0n
    })
    assert.deepEqual(await stage.account(bob), { balance: 3n, earned: 0n, spent: 32n, escrow: 0n })

    // G13: the same money, proved line by line in the log that everybody sees.
    const proof = await stage.command('proof', 'wallet', 'proof', '--wallet', ann.wallet)
    const { proved, balance } = proof
    assert.deepEqual([balance, (proof['postings'] as object[]).length], ['40', 3])
    assert.ok(proved === 2 || proved === 3, 'the last may be so new that no head covers it')

    assert.equal(await stage.provider.stop(), 0)
    const { mint } = (await stage.provider.until('stopped')) as unknown as Status
    assert.deepEqual([mint.purchases, mint.tokens], [2, 32])
    const books = await stage.command('books', 'books', '--data', stage.shop)
    assert.equal(books['ok'], true)
    assert.equal(books['debitsMinor'], books['creditsMinor'])
    assert.equal(books['depositsMinor'], '75')
    assert.equal(books['escrowMinor'], '0')
    const audit = await stage.command('audit', 'audit', '--data', stage.shop)
    assert.deepEqual([audit['ok'], audit['faults']], [true, []])
  })

  it('keeps what is secret for its owner only', async () => {
    for (const name of ['keys.json', 'operator-token', 'seeder-wallet.json']) {
      const { mode } = await stat(join(stage.shop, name))
      assert.equal(mode & 0o777, 0o600, name)
    }
    assert.equal((await stat(stage.shop)).mode & 0o777, 0o700)
  })

  it('sells what is published while the provider rests, as soon as it runs', async () => {
    const { url } = stage
    const publish: [string, ...string[]] = [
      'publish',
      join(stage.dir, 'film.bin'),
      '--data',
      stage.shop
    ]
    const line = await stage.command(
      'published',
      ...publish,
      '--price',
      '0.03/piece',
      '--title',
      'Film 2'
    )
    assert.equal(line['sold'], false)
    assert.equal(line['name'], 'Film 2')
    await stage.startProvider()
    assert.equal(stage.url, url, 'torrents name it: it stays')
    const seeding = await stage.provider.until('seeding', (l) => l['infoHash'] === line['infoHash'])
    assert.equal(seeding['missing'], 0)
  })
})
