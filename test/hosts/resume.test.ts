// What goes wrong in the middle of a download: the user stops it, the process dies, the money does not suffice, the provider
// is away, two processes want one wallet.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child, Line } from '../../hosts/src/show/child.ts'
import { KIB, Stage, sumOf, type Person, type Sold } from './stage.ts'

/** Slow enough to be stopped in between. */
const SLOW = ['--download-limit', '256k']
const PIECES = 16

describe('hosts: a download that is interrupted', function () {
  this.timeout(60_000)
  let stage: Stage
  let film: Sold

  before(async () => {
    stage = await Stage.open('--port', '0')
    film = await stage.publish('film.bin', PIECES * 64 * KIB)
  })
  after(() => stage.close())

  /** Resolves when some pieces are paid, but not all. */
  async function untilHalfway(getting: Child): Promise<void> {
    await getting.until('progress', ({ paid }) => Number(paid) >= 2 * 3)
    assert.equal(getting.seen('done').length, 0, 'it was too fast to be stopped')
  }

  /** All that the seeder was credited for; nothing is claimed later than two seconds after the last payment. */
  async function expectPaidOnce(person: Person, before: bigint): Promise<void> {
    const { provider, seeder } = stage
    const credited = (): bigint =>
      sumOf(
        provider.seen('claim').filter(({ uid }) => uid === seeder),
        'credited'
      ) - before
    if (credited() < film.total) await provider.until('claim', () => credited() >= film.total)
    assert.equal(credited(), film.total)
    assert.deepEqual(await readFile(join(person.out, film.name)), film.bytes)
    const { balance, spent, escrow } = await stage.account(person)
    assert.deepEqual({ balance, spent, escrow }, { balance: 8n, spent: film.total, escrow: 0n })
    assert.equal(stage.provider.seen('sold').filter(({ uid }) => uid === person.uid).length, 1)
  }

  const creditedSoFar = (): bigint => sumOf(stage.provider.seen('claim'), 'credited')

  it('I3: SIGINT in between exits with 130; to go on pays nothing twice', async () => {
    const ann = await stage.person('ann', film.total + 8n)
    const before = creditedSoFar()
    const first = stage.get(ann, film.torrent, ...SLOW)
    await untilHalfway(first)
    assert.equal(await first.stop(), 130)
    assert.equal(first.seen('error').at(-1)?.['code'], 'stopped')
    const second = stage.get(ann, film.torrent)
    await second.succeeded()
    assert.equal(second.seen('offer')[0]?.['owned'], true)
    const paid = sumOf([...first.seen('traded'), ...second.seen('traded')] as Line[], 'paid')
    assert.equal(paid, film.total)
    await expectPaidOnce(ann, before)
  })

  it('I3, I6: after a kill -9 in between, to go on pays nothing twice', async () => {
    const bob = await stage.person('bob', film.total + 8n)
    const before = creditedSoFar()
    const first = stage.get(bob, film.torrent, ...SLOW)
    await untilHalfway(first)
    await first.kill()
    const second = stage.get(bob, film.torrent)
    await second.succeeded()
    await expectPaidOnce(bob, before)
  })

  it('F30: says how much is missing, and goes on when a deposit arrives', async () => {
    const cat = await stage.person('cat', 5n)
    const getting = stage.get(cat, film.torrent)
    const { missing, uid } = await getting.until('insufficient-funds')
    assert.equal(missing, String(film.total - 5n))
    assert.equal(uid, cat.uid)
    await stage.deposit(cat.uid, film.total - 5n)
    await getting.succeeded()
    assert.equal((await stage.account(cat)).balance, 0n)
  })

  it('goes on when a provider that was away comes back', async () => {
    const dan = await stage.person('dan', film.total)
    assert.equal(await stage.provider.stop(), 0)
    const getting = stage.get(dan, film.torrent)
    await getting.until('warning', ({ code }) => code === 'unreachable')
    await stage.startProvider()
    await getting.succeeded()
    assert.deepEqual(await readFile(join(dan.out, film.name)), film.bytes)
  })

  it('refuses a second process on a wallet', async () => {
    const eve = await stage.person('eve', 0n)
    const first = stage.get(eve, film.torrent)
    await first.until('warning', ({ code }) => code === 'insufficient-funds')
    const second = stage.start('claim', '--wallet', eve.wallet)
    await assert.rejects(second.succeeded(), /exit code 75.*wallet-in-use/)
    assert.equal(await first.stop(), 130)
    await stage.start('claim', '--wallet', eve.wallet).succeeded()
  })
})
