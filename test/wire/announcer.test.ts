// Announces that are refused a purse, and go on: the provider is to pay and does not (F77), or sells no more. Against a real
// provider.

import assert from 'node:assert/strict'
import { FloodgateError, fromHex, toHex, type Offer } from '@floodgate/protocol'
import { deposit } from '@floodgate/tracker'
import { buy, offerDisk, overHttp, type AnnounceAnswer, type Wallet } from '@floodgate/wallet'
import { Announcer } from '../../plugins/floodgate-wire/src/announcer.ts'
import { Shopping, type Asked, type Wish } from '../../plugins/floodgate-wire/src/shopping.ts'
import type { Content } from '../../plugins/floodgate-wire/src/trade/terms.ts'
import { TestProvider, type Sold } from '../support/provider.ts'

const PIECE = 16_384
const DAY_MS = 24 * 3600e3

const offerOf = ({ keys, url: api }: TestProvider): Offer => ({
  ...{ rootKey: keys.rootKey, api, price: 2n, currency: 'EUR', open: false, free: 0 }
})

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
    const offer = offerOf(provider)
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

describe('wire: announces of a content that was withdrawn', () => {
  const peerId = new Uint8Array(20).fill(0x2d)
  let provider: TestProvider
  let wallet: Wallet
  let film: Sold
  let infoHash: Uint8Array
  /** She has half of it. */
  beforeEach(async () => {
    provider = await TestProvider.start()
    wallet = await provider.wallet(100n)
    film = await provider.sell('film', 4 * PIECE, { pieceLength: PIECE })
    infoHash = fromHex(film.infoHash)
    const order = { infoHash, peerId, port: 6881, event: '', left: 4 * PIECE, pieces: [0, 2] }
    await buy(wallet, { ...order, price: 2n, currency: 'EUR' })
    const now = Date.now()
    await provider.store.execute({ kind: 'withdraw', infoHash: film.infoHash, now })
  })
  afterEach(async () => {
    await wallet.close()
    await provider.close()
  })

  it('renew what is owned and bring peers; the refusal is told once, and rarely asked for again', async () => {
    const asked: Asked[] = []
    const told: string[] = []
    const answers: AnnounceAnswer[] = []
    let wake = (): void => undefined
    const offer = offerOf(provider)
    const announcer = new Announcer(wallet, {
      ...{ infoHash, peerId, port: () => 6881 },
      ...{ signalling: overHttp, webrtc: false, pushed: false, left: () => 4 * PIECE },
      wanted: (one) => {
        asked.push(one)
        wake()
        return one === 'nothing' ? undefined : { offer, pieces: one === 'all' ? [2, 4] : [0, 2] }
      },
      answered: (answer) => answers.push(answer),
      failed: ({ code }) => told.push(code)
    })
    while (asked.length < 43) {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      announcer.now()
      await woken
    }
    await announcer.stop()
    const owned = Array.from({ length: 20 }, () => 'owned')
    assert.deepEqual(asked.slice(0, 43), ['all', ...owned, 'all', ...owned, 'all'])
    assert.deepEqual(told, ['withdrawn'])
    assert.ok(answers.length >= 40)
    assert.ok(answers.every(({ purse }) => purse === wallet.purses.all()[0]))
  })

  it('wish for later certificates of purses whose time is not over, half over or over', () => {
    const [purse] = wallet.purses.all()
    const { time, expiry } = purse!.certificate
    const content = { infoHash, pieceCount: 4, free: 0 } as Content
    const wishAt = (now: number): Wish['pieces'] | undefined => {
      const needs = { content, missing: () => Uint8Array.of(0xf0), approve: () => true }
      const seen = { purses: wallet.purses, now: () => now }
      return new Shopping(offerOf(provider), { ...needs, wallet: seen }).wish('owned')?.pieces
    }
    assert.ok(expiry < purse!.ends)
    const due = (time + expiry) / 2
    assert.deepEqual([due - 1, due, expiry, purse!.ends - 1, purse!.ends].map(wishAt), [
      undefined,
      [0, 2],
      [0, 2],
      [0, 2],
      undefined
    ])
  })
})

describe('wire: announces of who has no money for the rest', () => {
  it('renew what is owned and bring peers; all is asked for again later and later, each minute at last, and bought once a deposit came', async () => {
    const provider = await TestProvider.start(undefined, undefined, { intervalSeconds: 900 })
    const wallet = await provider.wallet(4n)
    const film = await provider.sell('film', 4 * PIECE, { pieceLength: PIECE })
    const infoHash = fromHex(film.infoHash)
    const peerId = new Uint8Array(20).fill(0x2d)
    const order = { infoHash, peerId, port: 6881, event: '', left: 4 * PIECE, pieces: [0, 2] }
    await buy(wallet, { ...order, price: 2n, currency: 'EUR' })
    const offer = offerOf(provider)
    const heard: string[] = []
    const delays: number[] = []
    let [now, wake, fire] = [0, (): void => undefined, (): void => undefined]
    const announcer = new Announcer(
      wallet,
      {
        ...{ infoHash, peerId, port: () => 6881 },
        ...{ signalling: overHttp, webrtc: false, pushed: false, left: () => 4 * PIECE },
        wanted: (one) => {
          heard.push(one)
          const isAll = one === 'all' && wallet.purses.all().length === 1
          return { offer, pieces: isAll ? [2, 4] : [0, 2] }
        },
        answered: ({ purse }) => (heard.push(`purse of ${purse?.pieces.join('-')}`), wake()),
        failed: ({ code }) => (heard.push(code), wake())
      },
      {
        now: () => now,
        after: (delayMs, action) => {
          delays.push(delayMs)
          fire = () => ((now += delayMs), action())
          return () => undefined
        }
      }
    )
    const settled = async (act: () => void): Promise<void> => {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      act()
      await woken
      await new Promise((resolve) => setImmediate(resolve))
    }
    await settled(() => announcer.now())
    for (let i = 0; i < 13; i++) await settled(() => fire())
    await deposit(provider.store, toHex(wallet.uid), 4n, 'transfer', 'd1')
    await settled(() => fire())
    const refusals = ['all', 'insufficient-funds', 'owned', 'purse of 0-2']
    const poor = Array.from({ length: 7 }, () => refusals).flat()
    assert.deepEqual(heard, [...poor, 'all', 'purse of 2-4'])
    const waits = [2, 6, 14, 30, 58, 58, 58].flatMap((seconds) => [2000, seconds * 1000])
    assert.deepEqual(delays, [...waits, 900_000])
    await announcer.stop()
    await wallet.close()
    await provider.close()
  })
})
