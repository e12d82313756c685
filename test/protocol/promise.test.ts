// The promise in the offer: one form, every field at its limits; and what misses it.

import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'

const crypto = fg.platformCrypto
const promise: fg.ServicePromise = { startMs: 2000, rate: 500_000, share: 95, credit: 20 }
const offer: fg.Offer = {
  ...{ rootKey: crypto.signKey(new Uint8Array(32).fill(1)).publicKey, api: 'https://cdn.example' },
  ...{ price: 3n, currency: 'EUR', open: false, free: 0 }
}

/** As a bencode decoder gives it: byte strings. */
const bytesOf = (value: unknown): unknown => {
  if (typeof value === 'string') return fg.utf8(value)
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, bytesOf(one)]))
}
const read = (said: unknown): fg.Offer =>
  fg.decodeOffer(crypto, { floodgate: bytesOf({ ...fg.encodeOffer(offer), promise: said }) })

describe('protocol: what is promised', () => {
  it('F78: stands in the offer, or does not', () => {
    const { promise: said } = fg.encodeOffer({ ...offer, promise })
    assert.deepEqual(said, { start: '2000', rate: '500000', share: '95', credit: '20' })
    assert.deepEqual(read(said).promise, promise)
    const without = { floodgate: bytesOf(fg.encodeOffer(offer)) }
    assert.deepEqual(fg.decodeOffer(crypto, without), offer)
  })

  it('is refused whole when a field is missing or amiss, and never written so', () => {
    const said = { start: '2000', rate: '500000', share: '95', credit: '20' }
    const most = { start: 3_600_000, rate: 1e12, share: 100, credit: 100 }
    for (const [key, max] of Object.entries(most)) {
      assert.doesNotThrow(() => read({ ...said, [key]: String(max) }))
      for (const wrong of [String(max + 1), '0', '01', '-1', '1.5', '', ' 1', '9'.repeat(14)]) {
        const code = 'not-a-paid-torrent'
        assert.throws(() => read({ ...said, [key]: wrong }), { code }, `${key} ${wrong}`)
      }
      const rest = Object.entries(said).filter(([name]) => name !== key)
      assert.throws(() => read(Object.fromEntries(rest)), { code: 'not-a-paid-torrent' })
      assert.throws(() => read({ ...said, [key]: 7 }), { code: 'not-a-paid-torrent' })
    }
    for (const wrong of ['2000', {}, []]) {
      assert.throws(() => read(wrong), { code: 'not-a-paid-torrent' })
    }
    for (const field of ['startMs', 'rate', 'share', 'credit'] as const) {
      for (const wrong of [0, -1, 1.5, NaN, 2e12]) {
        const bad = { ...offer, promise: { ...promise, [field]: wrong } }
        assert.throws(() => fg.encodeOffer(bad), { code: 'bad-option' }, `${field} ${wrong}`)
      }
    }
  })

  it('F79: a start and a rate are missed by a millisecond, and not before they could be kept', () => {
    const table: [startMs: number, wantedMs: number, bytes: number, missed: fg.Shortfall][] = [
      [2000, 2000, 0, ''],
      [2001, 2001, 0, 'start'],
      [100, 2000, 0, ''],
      [100, 2001, 0, 'rate'],
      [2000, 4000, 1_000_000, ''],
      [2000, 4001, 1_000_000, 'rate'],
      [100, 4001, 1_000_001, ''],
      [2001, 2500, 9e9, 'start']
    ]
    for (const [startMs, wantedMs, bytes, missed] of table) {
      const found = fg.shortfallOf(promise, { startMs, wantedMs, bytes })
      assert.equal(found, missed, `${startMs} ${wantedMs} ${bytes}`)
    }
  })
})
