// What stands exactly at a limit passes and one beyond does not: on writing as on reading, in fields, offers, frames,
// caches and keys.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import * as fg from '@floodgate/protocol'
import { Reader, Writer } from '../../plugins/floodgate-protocol/src/bencode.ts'
import { blob, list, text, uint, type Kind } from '../../plugins/floodgate-protocol/src/fields.ts'

const crypto = fg.platformCrypto
const NOW = 1_800_000_000_000
const keyOf = (fill: number) => crypto.signKey(new Uint8Array(32).fill(fill))

describe('protocol: limits of what is written', () => {
  const table: [name: string, kind: Kind<unknown>, fits: unknown[], not: unknown[]][] = [
    ['bytes', blob(3, 1), [bytes(1), bytes(3)], [bytes(0), bytes(4), 'a', [1]]],
    ['uint', uint(9), [0, 9], [-1, 10]],
    ['text', text(4), ['', 'éé', 'abcd'], ['abcde', 'ééa', 5]],
    ['list', list(uint(9), 2, 1), [[1], [1, 2]], [[], [1, 2, 3], { length: 1 }]]
  ]
  for (const [name, kind, fits, not] of table) {
    it(`${name}: the limits, and one beyond`, () => {
      for (const value of fits) {
        const writer = new Writer()
        kind.write(writer, value)
        assert.deepEqual(kind.read(new Reader(writer.take())), value)
      }
      for (const value of not) {
        assert.throws(() => kind.write(new Writer(), value), { code: 'bad-field' }, String(value))
      }
    })
  }

  it('grows as it is written to, to any length', () => {
    for (const length of [0, 507, 508, 509, 512, 5000]) {
      const writer = new Writer()
      writer.string(bytes(length))
      assert.deepEqual(new Reader(writer.take()).string(0, 5000), bytes(length))
    }
  })
})

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(7)
}

describe('protocol: limits of what is signed', () => {
  it('only signed messages have a signature to look at', () => {
    const { reject, hello } = fg.MESSAGES
    for (const id of [0, reject.id, hello.id, 0x7f]) {
      const frame = new Uint8Array(200).fill(id, 0, 1)
      assert.throws(() => fg.signedParts(frame), { code: 'unexpected-message' }, String(id))
    }
    assert.throws(() => fg.signedParts(new Uint8Array()), { code: 'unexpected-message' })
  })

  it('G3: a peer’s message of another network is refused, whoever signed it', async () => {
    const [root, peer] = [keyOf(1), keyOf(3)]
    const trust = new fg.Trust(crypto, root.publicKey)
    const uid = bytes(16)
    const elsewhere = fg.createSigner(crypto, peer, uid, bytes(32))
    const request = { purse: bytes(16), index: 1 }
    const frame = await elsewhere.sign('pieceRequest', request, { time: NOW, expiry: NOW })
    const certificate = { uid, signKey: peer.publicKey }
    const code = 'wrong-provider'
    await assert.rejects(trust.signedBy('pieceRequest', frame, certificate), { code })
  })

  it('the newest of several epochs is known, in whatever order they came', async () => {
    const root = keyOf(1)
    const provider = fg.providerIdOf(crypto, root.publicKey)
    const signer = fg.createSigner(crypto, root, fg.PROVIDER_UID, provider)
    const life = { time: NOW, expiry: NOW + 1000 }
    for (const serials of [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1]
    ]) {
      const trust = new fg.Trust(crypto, root.publicKey)
      for (const serial of serials) {
        const body = { signKey: keyOf(10 + serial).publicKey, boxKey: bytes(32), serial }
        await trust.addEpoch(await signer.sign('epoch', body, life), NOW)
      }
      assert.equal(trust.newestEpoch()?.serial, 3, serials.join())
    }
  })

  it('verifies what it saw before only once, and keeps no more than 2,048 of them', async () => {
    let verified = 0
    const counting: fg.Crypto = { ...crypto, verify: () => ++verified > 0 }
    const pretend = (fill: number): fg.SignKey => ({
      publicKey: keyOf(fill).publicKey,
      sign: async () => bytes(64)
    })
    const [root, epochKey] = [pretend(1), pretend(2)]
    const provider = fg.providerIdOf(crypto, root.publicKey)
    const life = { time: NOW, expiry: NOW + 1000 }
    const trust = new fg.Trust(counting, root.publicKey)
    const epoch = { signKey: epochKey.publicKey, boxKey: bytes(32), serial: 1 }
    const rootSigner = fg.createSigner(crypto, root, fg.PROVIDER_UID, provider)
    await trust.addEpoch(await rootSigner.sign('epoch', epoch, life), NOW)
    const issuer = fg.createSigner(crypto, epochKey, fg.PROVIDER_UID, provider)
    const certificate = (serial: number) =>
      issuer.sign(
        'certificate',
        { uid: bytes(16), signKey: bytes(32), boxKey: bytes(32), roles: 3, serial },
        life
      )
    const see = async (serial: number): Promise<number> => {
      const before = verified
      await trust.issued('certificate', await certificate(serial), NOW)
      return verified - before
    }
    assert.deepEqual([await see(0), await see(1), await see(0), await see(1)], [1, 1, 0, 0])
    for (let serial = 2; serial < 2048; serial++) await see(serial)
    assert.equal(await see(0), 0, 'all 2,048 are known')
    assert.equal(await see(2048), 1)
    assert.deepEqual([await see(1), await see(2047)], [0, 0], 'one more made the first one go')
    assert.equal(await see(0), 1)
  })
})

describe('protocol: limits of offers', () => {
  const offer: fg.Offer = {
    ...{ rootKey: keyOf(1).publicKey, api: 'https://cdn.example', price: 3n },
    ...{ currency: 'EUR', open: true, free: 2 }
  }
  const read = (change: Record<string, string>): fg.Offer => {
    const fields = { ...fg.encodeOffer(offer), ...change }
    const asBytes = Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === 'string' ? fg.utf8(field) : field
    ])
    return fg.decodeOffer(crypto, { floodgate: Object.fromEntries(asBytes) })
  }
  const longest = `https://${'x'.repeat(256 - 8)}`
  const table: [field: 'api' | 'price' | 'currency', fits: string[], not: string[]][] = [
    [
      'api',
      ['http://a', 'https://a/b', longest],
      [` https://a`, 'xhttps://a', 'https://a b', `${longest}x`, 'https://%']
    ],
    ['price', ['0', '7', '10', '123456789012345678'], ['', '-1', '1x', '01', '1'.repeat(19)]],
    ['currency', ['EUR', 'CREDITSX'], ['EU', 'CREDITSXY', 'xEUR', 'EURx', 'eur', 'EUR ']]
  ]
  for (const [field, fits, not] of table) {
    it(`${field}: reads and writes the same`, () => {
      const written = (value: string) =>
        fg.encodeOffer({ ...offer, [field]: field === 'price' ? BigInt(value) : value })
      for (const value of fits) {
        assert.equal(String(read({ [field]: value })[field]), value)
        assert.equal(written(value)[field], value)
      }
      for (const value of not) {
        const code = 'not-a-paid-torrent'
        assert.throws(() => read({ [field]: value }), { code }, value)
        if (field !== 'price') assert.throws(() => written(value), { code: 'bad-option' }, value)
      }
    })
  }

  it('mode: open, closed, and nothing around them', () => {
    assert.deepEqual([read({ mode: 'open' }).open, read({ mode: 'closed' }).open], [true, false])
    for (const mode of ['xopen', 'openx', 'closed ', '']) {
      assert.throws(() => read({ mode }), { code: 'not-a-paid-torrent' }, mode)
    }
  })
})

describe('protocol: limits of keys', () => {
  it('a MAC takes a key of a whole block, as node:crypto does', () => {
    const [key, data] = [bytes(64), bytes(9)]
    const hmac = createHmac('sha256', key).update(data).digest()
    assert.deepEqual(crypto.hmac(key, data), new Uint8Array(hmac))
  })

  it('what is near a refused X25519 key is none: p − 2, and small ones with a high byte', () => {
    const nearPrime = new Uint8Array(32).fill(0xff).with(0, 0xeb).with(31, 0x7f)
    assert.ok(crypto.isBoxKey(nearPrime))
    assert.ok(!crypto.isBoxKey(nearPrime.with(0, 0xec)), 'p − 1')
    for (const low of [0, 1]) {
      const small = new Uint8Array(32).with(0, low)
      assert.ok(!crypto.isBoxKey(small) && crypto.isBoxKey(small.with(31, 0x10)))
    }
  })
})

describe('protocol: limits of frames and bitmaps', () => {
  const side = (fill: number) => {
    const secret = new Uint8Array(32).fill(fill)
    return { hello: bytes(40 + fill), secret, ephemeral: crypto.boxPublicKey(secret) }
  }
  const [a, b] = [side(1), side(2)]
  const [here, there] = [
    fg.createSession(crypto, bytes(20), a, b),
    fg.createSession(crypto, bytes(20), b, a)
  ]

  it('a frame holds the longest message of a session, and not a byte more', () => {
    const rows = Object.values(fg.MESSAGES).filter(({ sealed }) => sealed === 'session')
    const longest = Math.max(...rows.map(({ bytesMax }) => bytesMax))
    assert.equal(there.open(here.seal(bytes(longest))).length, longest)
    assert.throws(() => there.open(here.seal(bytes(longest + 1))), { code: 'too-long' })
  })

  it('withBits gives a copy', () => {
    const bitmap = fg.emptyBitmap(9)
    assert.deepEqual(fg.withBits(bitmap, [0, 8]), Uint8Array.of(0x80, 0x80))
    assert.deepEqual(bitmap, Uint8Array.of(0, 0))
  })

  it('a bitmap of other length is none, be its bits as they may', () => {
    for (const [length, count] of [
      [1, 9],
      [2, 8],
      [0, 1],
      [3, 16],
      [2, 17]
    ] as const) {
      assert.equal(fg.isBitmapOf(new Uint8Array(length), count), false, `${length} for ${count}`)
    }
    assert.ok(fg.isBitmapOf(new Uint8Array(2), 16))
  })

  it('what is not UTF-8 is no text', () => {
    assert.equal(fg.fromUtf8(Uint8Array.of(0xff)), undefined)
    for (const wrong of ['*QQ', 'QQ*', 'Q Q', '\nQQ'])
      assert.equal(fg.fromBase64url(wrong), undefined)
  })
})
