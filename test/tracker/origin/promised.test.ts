// A promise to who buys by HTTP: the origin is paid before it sends, so what it was paid for need not have come.

import assert from 'node:assert/strict'
import { fromHex, platformCrypto } from '@floodgate/protocol'
import { buy, payOrigin, reserveToOrigin, sendMeasurement, type Wallet } from '@floodgate/wallet'
import { OriginStage } from './stage.ts'

const PIECE = 16_384

describe('origin: promised', () => {
  let stage: OriginStage
  let wallet: Wallet
  beforeEach(async () => {
    stage = await OriginStage.start({ policy: 'charged' })
    wallet = await stage.provider.wallet(100n)
  })
  afterEach(async () => {
    await wallet.close()
    await stage.close()
  })

  it('F79: who paid the origin and got nothing yet is no liar, whether it took the money or not', async () => {
    const promise = { startMs: 1, rate: 1, share: 95, credit: 50 }
    const film = await stage.publish({ 'film.mkv': 10 * PIECE }, { open: false, promise })
    const { purse } = await buy(wallet, {
      ...{ infoHash: fromHex(film.infoHash), peerId: platformCrypto.random(20), port: 6881 },
      ...{ event: 'started', left: 10 * PIECE, price: 2n, currency: 'EUR' }
    })
    assert.ok(purse)
    for (const index of [0, 1]) assert.ok(reserveToOrigin(purse, index))
    await payOrigin(wallet, purse)
    stage.pieces.clear()
    for (const index of [2, 3]) assert.ok(reserveToOrigin(purse, index))
    await assert.rejects(payOrigin(wallet, purse), { code: 'no-source' })
    wallet.purses.measurements.note(purse, { startMs: 400, wantedMs: 400, bytes: 0 })
    const { missed, credited } = await sendMeasurement(wallet, purse)
    assert.deepEqual([missed, credited], ['start', 2n], 'half of two pieces')
  })
})
