// Announces whose purses the provider is to pay (F77), against a real provider.

import assert from 'node:assert/strict'
import { FloodgateError, fromHex } from '@floodgate/protocol'
import { offerDisk, overHttp, type AnnounceAnswer, type Wallet } from '@floodgate/wallet'
import { Announcer } from '../../plugins/floodgate-wire/src/announcer.ts'
import { TestProvider } from '../support/provider.ts'

const PIECE = 16_384
const DAY_MS = 24 * 3600e3

describe('wire: announces of a push', () => {
  let provider: TestProvider
  let wallet: Wallet
  let infoHash: string
  before(async () => {
    provider = await TestProvider.start()
    wallet = await provider.wallet(10n)
    const sealed = { release: Date.now() + DAY_MS, keyPrice: 1n }
    const options = { pieceLength: PIECE, sealed }
    ;({ infoHash } = await provider.sell('film.sealed', 4 * PIECE, options))
  })
  after(async () => {
    await wallet.close()
    await provider.close()
  })

  it('F77: buy nothing with the peer’s own money, and ask for peers when the provider does not pay', async () => {
    const heard: (AnnounceAnswer | FloodgateError)[] = []
    let wake = (): void => undefined
    const hear = (one: AnnounceAnswer | FloodgateError): void => {
      heard.push(one)
      wake()
    }
    const next = async (): Promise<AnnounceAnswer | FloodgateError> => {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      announcer.now()
      await woken
      return heard.at(-1)!
    }
    const { keys, url: api } = provider
    const offer = { rootKey: keys.rootKey, api, price: 2n, currency: 'EUR', open: false, free: 0 }
    const announcer = new Announcer(wallet, {
      ...{ infoHash: fromHex(infoHash), port: () => 6881 },
      peerId: new Uint8Array(20).fill(0x2d),
      ...{ signalling: overHttp, webrtc: false, pushed: true, left: () => 4 * PIECE },
      wanted: () => ({ offer, pieces: [0, 4] }),
      ...{ answered: hear, failed: hear }
    })
    const refused = await next()
    assert.ok(refused instanceof FloodgateError)
    assert.equal(refused.code, 'not-pushed')
    const peersOnly = (await next()) as AnnounceAnswer
    assert.equal(peersOnly.purse, undefined)
    await announcer.stop()
    assert.deepEqual(await offerDisk(wallet, { disk: 1e9, uplink: 1 }), [], 'there is no budget')
    assert.deepEqual(wallet.purses.all(), [])
  })
})
