// The sealed connection: bound to both hellos and the content, one key a direction, repeats allowed.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createSession,
  encode,
  platformCrypto as crypto,
  type Message,
  type Session
} from '@floodgate/protocol'

interface Side {
  hello: Uint8Array
  secret: Uint8Array
  ephemeral: Uint8Array
}

function sideOf(change: Partial<Message<'hello'>> = {}): Side {
  const secret = crypto.random(32)
  const ephemeral = crypto.boxPublicKey(secret)
  const certificate = new Uint8Array(40)
  const epoch = new Uint8Array()
  const hello = { version: 1, nonce: crypto.random(32), ephemeral, certificate, epoch, ...change }
  return { hello: encode('hello', hello), secret, ephemeral }
}

const infoHash = new Uint8Array(20).fill(1)
const between = (own: Side, other: Side, content = infoHash): Session =>
  createSession(crypto, content, own, other)

describe('protocol: session', () => {
  const [a, b] = [sideOf(), sideOf()]
  const [here, there] = [between(a, b), between(b, a)]
  const refused = { code: 'cannot-open' }

  it('opens on one side what the other sealed, empty and long messages too', () => {
    assert.deepEqual(here.id, there.id)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.boolean(), (message, forth) => {
        const [from, to] = forth ? [here, there] : [there, here]
        assert.deepEqual(to.open(from.seal(message)), message)
      })
    )
  })

  it('G14: opens a frame again and out of order; what a repeat means is the exchange’s affair', () => {
    const frames = [1, 2, 3].map((n) => here.seal(Uint8Array.of(n)))
    for (const n of [3, 1, 1, 2, 3]) {
      assert.deepEqual(there.open(frames[n - 1]!), Uint8Array.of(n))
    }
  })

  it('never uses a nonce twice: equal messages give unequal frames, in both directions', () => {
    const message = new Uint8Array(40)
    const frames = [here, here, there, there].map((side) => side.seal(message).join())
    assert.equal(new Set(frames).size, 4)
  })

  it('does not open its own frames (reflection), nor those of another connection', () => {
    assert.throws(() => here.open(here.seal(Uint8Array.of(1))), refused)
    const others = [between(a, b, infoHash.with(0, 9)), between(a, sideOf()), between(sideOf(), b)]
    for (const other of others) {
      assert.notDeepEqual(other.id, here.id)
      assert.throws(() => there.open(other.seal(Uint8Array.of(1))), refused)
    }
  })

  it('F60: a changed hello, even by one bit in a certificate, gives strangers', () => {
    const altered = { ...b, hello: b.hello.with(60, b.hello[60]! ^ 1) }
    const other = between(a, altered)
    assert.notDeepEqual(other.id, there.id)
    assert.throws(() => other.open(there.seal(Uint8Array.of(1))), refused)
  })

  it('opens no frame with any bit flipped, cut short, or grown', () => {
    const frame = here.seal(Uint8Array.of(1, 2, 3))
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const flipped = frame.with(bit >> 3, frame[bit >> 3]! ^ (1 << (bit & 7)))
      assert.throws(() => there.open(flipped), refused)
    }
    for (let n = 0; n < frame.length; n++) {
      assert.throws(() => there.open(frame.subarray(0, n)), refused)
    }
    assert.throws(() => there.open(Uint8Array.of(...frame, 0)), refused)
  })

  it('refuses, unopened, a frame that no message of a session fills', () => {
    const long = here.seal(new Uint8Array(64 * 1024))
    assert.throws(() => there.open(long), { code: 'too-long' })
    assert.equal(there.open(here.seal(new Uint8Array(23_000))).length, 23_000)
  })

  it('refuses itself as the other side, and ephemeral keys of low order', () => {
    assert.throws(() => between(a, a), { code: 'same-account' })
    const weak = { ...b, ephemeral: new Uint8Array(32) }
    assert.throws(() => between(a, weak), { code: 'bad-key' })
  })
})
