// When a wire chokes, and what it takes for the other side's choke (BEP 3).

import assert from 'node:assert/strict'
import { once } from 'node:events'
import Wire from 'bittorrent-protocol'
import { Choking, echoChoke, onChoked } from '../../../plugins/floodgate-wire/src/engine/choking.ts'

/** Two wires that speak to each other, after the handshake. */
async function pair(): Promise<[seller: Wire, buyer: Wire]> {
  const [seller, buyer] = [new Wire(), new Wire()]
  seller.pipe(buyer as never)
  buyer.pipe(seller as never)
  const both = Promise.all([once(seller as never, 'handshake'), once(buyer as never, 'handshake')])
  seller.handshake('1'.repeat(40), Buffer.alloc(20, 1), { fast: true })
  buyer.handshake('1'.repeat(40), Buffer.alloc(20, 2), { fast: true })
  await both
  return [seller, buyer]
}

/** All that was sent so far is there. */
async function arrived(from: Wire, to: Wire): Promise<void> {
  const there = once(to as never, 'keep-alive')
  from.keepAlive()
  await there
}

describe('a choke', () => {
  it('is heard once, however often it is said', async () => {
    const [seller, buyer] = await pair()
    let heard = 0
    onChoked(buyer, () => heard++)
    seller.unchoke()
    for (let time = 0; time < 3; time++) {
      for (let again = 0; again < 1000; again++) seller.push(Buffer.from([0, 0, 0, 1, 0]))
      await arrived(seller, buyer)
      // What calls a timer of WebTorrent off is no unchoke.
      buyer.emit('unchoke')
    }
    assert.equal(heard, 1)
    seller.amChoking = true
    seller.unchoke()
    await once(buyer as never, 'unchoke')
    seller.choke()
    await arrived(seller, buyer)
    assert.equal(heard, 2)
  })

  it('who was passed over is unchoked once his peer has heard of it', async () => {
    const [seller, buyer] = await pair()
    let chokes = 0
    const choking = new Choking(seller, () => chokes++)
    buyer.interested()
    seller.unchoke()
    assert.equal(seller.amChoking, true, 'the trade is not open yet')
    choking.open()
    assert.equal(seller.amChoking, false)
    await once(buyer as never, 'unchoke')
    choking.passOver(true)
    void choking.takeUp()
    await arrived(seller, buyer)
    assert.deepEqual([chokes, seller.amChoking, buyer.peerChoking], [1, true, true])
    echoChoke(buyer)
    await once(buyer as never, 'unchoke')
    assert.equal(seller.amChoking, false)
  })
})
