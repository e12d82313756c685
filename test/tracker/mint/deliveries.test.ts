// What the provider remembers of bytes that reached a buyer: from which announce on, and of how many clients.

import assert from 'node:assert/strict'
import { Deliveries } from '../../../tracker-extension/src/mint/deliveries.ts'

const BOUGHT = 1_800_000_000_000

describe('mint: deliveries', () => {
  const buyer = { uid: 'ann', infoHash: 'film' }
  let deliveries: Deliveries
  beforeEach(() => (deliveries = new Deliveries()))

  const announce = (client: string, seconds: number, left: number): void =>
    deliveries.announced({ ...buyer, client, left, time: BOUGHT + seconds * 1000 })
  const known = (): [seconds: number, bytes: number, isAll: boolean][] =>
    deliveries
      .of({ ...buyer, purseId: 'purse', boughtAt: BOUGHT, pieceLength: 10, tokens: 10 })
      .map(({ time, bytes, isAll }) => [(time - BOUGHT) / 1000, bytes, isAll])

  it('bytes are counted from the announce after the purchase on', () => {
    announce('a', -9, 100)
    announce('a', 0, 90)
    assert.deepEqual(known(), [])
    announce('a', 1, 70)
    announce('a', 2, 60)
    announce('a', 3, 0)
    assert.deepEqual(known(), [
      [1, 0, false],
      [2, 10, false],
      [3, 70, true]
    ])
  })

  it('another client of the account that had all before says nothing of the purchase', () => {
    for (const seconds of [0, 1, 2]) announce('seeder', seconds, 0)
    assert.ok(known().every(([, bytes, isAll]) => bytes === 0 && !isAll))
  })

  it('F79: peer ids are free to choose: of an account in a content eight are remembered, the last ones', () => {
    const clients = Array.from({ length: 1000 }, (_, i) => `client ${i}`)
    for (const client of clients) {
      announce(client, 0, 100)
      announce(client, 1, 100)
    }
    assert.equal(known().length, 8)
    announce(clients.at(-8)!, 2, 90)
    announce('another', 2, 100)
    assert.equal(known().length, 8, 'one with two moments is forgotten, one with one more stays')
    assert.deepEqual(
      known().filter(([, bytes]) => bytes > 0),
      [[2, 10, false]]
    )
  })

  it('of each client so many moments stay, among them the one that others are compared with', () => {
    for (let seconds = 0; seconds < 1000; seconds++) announce('a', seconds, 2000 - seconds)
    assert.ok(known().length < 16)
    assert.ok(known().at(-1)![1] > 0)
  })

  it('what sellers claimed adds up', () => {
    deliveries.claimed('purse', 4, BOUGHT + 1000)
    deliveries.claimed('purse', 6, BOUGHT + 2000)
    assert.deepEqual(known(), [
      [1, 31, false],
      [2, 91, true]
    ])
  })
})
