// The court with the real commands: the provider proves pieces from its own shelf, tells what it decided, and the operator
// sees it and lifts it with `floodgate court`.

import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import type { CourtJson } from '@floodgate/tracker'
import type { Line } from '../../hosts/src/show/child.ts'
import * as bar from '../tracker/court/bar.ts'
import { bitmapOf } from '../tracker/mint/trade.ts'
import * as w from '../tracker/mint/world.ts'
import { KIB, Stage, type Sold } from './stage.ts'

describe('hosts: the court', function () {
  this.timeout(60_000)
  let stage: Stage
  let film: Sold
  let parties: bar.Case

  before(async () => {
    stage = await Stage.open('--port', '0')
    film = await stage.publish('film.bin', 200 * KIB)
    const world = await worldOf(stage, film)
    const buyer = await w.register(world)
    await stage.deposit(buyer.uidHex, 20n)
    const seller = await w.register(world)
    const bought = await w.buy(world, buyer, film.infoHash, { price: 2n })
    parties = { world, infoHash: film.infoHash, buyer, seller, bought }
  })
  after(() => stage.close())

  it('F57: a piece of the provider’s own shelf proves possession, and goes to the buyer who pays', async () => {
    const { complaint } = await bar.proveUnpaid(parties, 3)
    assert.equal(bar.words(await bar.answer(parties, complaint)), 'settled')
    assert.deepEqual(
      Buffer.from((await bar.fetchPiece(parties, 3)) as Uint8Array),
      film.bytes.subarray(3 * 64 * KIB)
    )
    const told = stage.provider.seen('case').map(({ outcome, credited }) => [outcome, credited])
    assert.deepEqual(told, [
      ['challenge', '0'],
      ['proved', '0'],
      ['settled', '2']
    ])
  })

  it('F66 W15: floodgate court shows what is open and who is revoked, and lifts', async () => {
    const { buyer, seller } = parties
    await bar.complainUnpaid(parties, 1)
    const { complaint } = await bar.complainUnpaid(parties, 2)
    const voucher = await bar.voucherOf(parties, { indexes: [2] })
    const paid = bitmapOf([2], film.pieces)
    assert.equal(bar.words(await bar.answer(parties, complaint, [voucher], paid)), 'void unpaid')
    const frame = await bar.paymentOf(parties, { indexes: [0], token: () => w.crypto.random(32) })
    const filing = { kind: 'bad-token', by: seller, against: buyer.uid, frames: [frame] }
    assert.equal(bar.words(await bar.complain(parties, filing)), 'guilty bad-token')
    assert.equal((await stage.provider.until('revoked'))['uid'], buyer.uidHex)

    const shown = await stage.command('court', 'court', '--data', stage.shop)
    const court = shown as Line & CourtJson
    assert.deepEqual(court.counts, { settled: 1, challenge: 2, guilty: 1 })
    assert.deepEqual(
      court.open.map(({ accused, index, outcome }) => [accused, index, outcome]),
      [[buyer.uidHex, 1, 'challenge']]
    )
    assert.deepEqual(
      court.answered.map(({ accused, index }) => [accused, index]),
      [[buyer.uidHex, 2]]
    )
    assert.deepEqual(
      court.revoked.map(({ uid, reason }) => [uid, reason]),
      [[buyer.uidHex, 'bad-token']]
    )
    const lift = () =>
      stage.command('lifted', 'court', '--data', stage.shop, '--lift', buyer.uidHex)
    assert.equal((await lift())['lifted'], true)
    assert.equal((await stage.provider.until('lifted'))['uid'], buyer.uidHex)
    assert.equal((await lift())['lifted'], false)
    assert.deepEqual(await bar.revoked(parties.world), [])
  })
})

/** The running provider as the court's tests want it. */
async function worldOf({ url }: Stage, { infoHash, bytes }: Sold): Promise<bar.RemoteCourt> {
  const answer = await fetch(`${url}/floodgate/v1/provider`)
  const { rootKey, epoch } = (await answer.json()) as Record<'rootKey' | 'epoch', string>
  const trust = new fg.Trust(w.crypto, fg.fromBase64url(rootKey)!)
  await trust.addEpoch(fg.fromBase64url(epoch)!, Date.now())
  const pieces = Array.from({ length: Math.ceil(bytes.length / (64 * KIB)) }, (_, i) =>
    bytes.subarray(i * 64 * KIB, (i + 1) * 64 * KIB)
  )
  const clock = { now: Date.now() }
  const shelf = new Map([[infoHash, pieces as Uint8Array[]]])
  return { url, trust, provider: trust.provider, clock, shelf }
}
