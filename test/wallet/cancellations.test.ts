// What a wallet promises of a purse that it ends: no more than can come back.
import assert from 'node:assert/strict'
import { amountOf, fromHex } from '@floodgate/protocol'
import { buy, cancelPurse, redeemCode } from '@floodgate/wallet'
import { TestProvider } from '../support/provider.ts'

describe('wallet: a purse that was bought with a coupon and is cancelled', () => {
  let provider: TestProvider
  beforeEach(async () => {
    provider = await TestProvider.start()
  })
  afterEach(() => provider.close())

  it('G12: says what comes back at most; what the coupon paid goes back where it came from', async () => {
    const { store } = provider
    const now = Date.now()
    await store.execute({ kind: 'fund', id: 'f', amountMinor: 100n, reason: '', now })
    await store.execute({
      ...{ kind: 'issueCoupon', couponId: 'HALF', infoHash: '', share: 5000, amountMinor: 0n },
      ...{ usesMax: 1, usesPerAccountMax: 1, until: 0, now }
    })
    await provider.sell('film', 10 * 16_384, { pieceLength: 16_384 })
    const wallet = await provider.wallet(100n)
    await redeemCode(wallet, 'HALF')
    const { priceMinor, infoHash } = (await store.contents())[0]!
    const { purse } = await buy(wallet, {
      ...{ infoHash: fromHex(infoHash), peerId: wallet.crypto.random(20), port: 6881 },
      ...{ event: 'started', left: 1, price: priceMinor, currency: 'EUR' }
    })
    const { refundMax } = await cancelPurse(wallet, purse!.id)
    assert.equal(refundMax, 10n * priceMinor)
    const said = wallet.summary().events.find(({ kind }) => kind === 'cancelled')
    assert.equal(said?.text, `up to ${amountOf(10n * priceMinor, 'EUR')} given back`)
    await wallet.close()
  })
})
