// Every row of the message table through the codec: round trips, and whatever is not exactly a message
// refused with the right code. A new row is tested by being in the table.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  FloodgateError,
  HEADER,
  MESSAGES,
  SEALED,
  codeOf,
  concat,
  decode,
  encode,
  nameOf,
  platformCrypto,
  prepare,
  verifySignature,
  type ErrorCode,
  type MessageName
} from '@floodgate/protocol'
import { arbitraryOf, bytesOf, extreme, isSigned, NAMES, rowOf, shapeOf } from './support/shapes.ts'

const key = platformCrypto.signKey(new Uint8Array(32).fill(7))
const DECODE_CODES = ['truncated', 'not-canonical', 'bad-field']

/** The code that receiving `bytes` as `name` ends with: decoding, then the signature. */
async function receive(name: MessageName, bytes: Uint8Array): Promise<ErrorCode | 'fine'> {
  try {
    decode(bytes, name)
    if (isSigned(name)) await verifySignature(platformCrypto, bytes, key.publicKey)
    return 'fine'
  } catch (error) {
    assert.ok(error instanceof FloodgateError, String(error))
    return error.code
  }
}

describe('protocol: the message table', () => {
  it('gives every message an id of its own, which no sealed frame begins with', () => {
    const ids = NAMES.map((name) => rowOf(name).id)
    assert.equal(new Set(ids).size, ids.length)
    for (const name of NAMES) {
      const { id } = rowOf(name)
      assert.ok(id > 0 && id < 256 && id !== SEALED, name)
      assert.equal(nameOf(Uint8Array.of(id)), name)
    }
    assert.equal(nameOf(new Uint8Array()), undefined)
  })

  it('has no field that would shadow the signed header', () => {
    for (const name of NAMES.filter(isSigned)) {
      for (const field of Object.keys(rowOf(name).fields)) assert.ok(!(field in HEADER), field)
    }
  })

  it('allows in every row the longest message its fields can make', async () => {
    for (const name of NAMES) {
      const bytes = await bytesOf(name, extreme(shapeOf(name), 'max'), key)
      assert.equal(await receive(name, bytes), 'fine', name)
    }
  })
})

for (const name of NAMES) {
  const shape = shapeOf(name)
  describe(`protocol: codec of ${name}`, () => {
    let smallest: Uint8Array
    before(async () => (smallest = await bytesOf(name, extreme(shape, 'min'), key)))

    it('reads what it wrote, and the same bytes again', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryOf(shape), async (message) => {
          const bytes = await bytesOf(name, message, key)
          const decoded = decode(bytes, name)
          assert.equal(decoded.name, name)
          assert.deepEqual(decoded.message, message)
          assert.deepEqual(await bytesOf(name, decoded.message, key), bytes)
        }),
        { numRuns: 25 }
      )
    })

    it('reads a Buffer into plain arrays', () => {
      const { message } = decode(Buffer.from(smallest), name)
      for (const value of Object.values(message)) assert.ok(!Buffer.isBuffer(value))
    })

    it('refuses it where another message is expected', () => {
      const other = NAMES.find((candidate) => candidate !== name)!
      assert.throws(() => decode(smallest, other), { code: 'unexpected-message' })
    })

    it('refuses every truncation, and one byte more', async () => {
      for (let length = 0; length < smallest.length; length++) {
        const code = await receive(name, smallest.subarray(0, length))
        assert.equal(code, length === 0 ? 'unknown-message' : 'truncated', `${length} bytes`)
      }
      for (const more of [0, 0x30, 0x65, 0xff]) {
        assert.equal(await receive(name, concat(smallest, Uint8Array.of(more))), 'not-canonical')
      }
    })

    it('refuses one byte above the limit of its row, unread', async () => {
      const { id, bytesMax } = rowOf(name)
      const long = new Uint8Array(bytesMax + 1).fill(0xff)
      long[0] = id
      assert.equal(await receive(name, long), 'too-long')
      assert.notEqual(await receive(name, long.subarray(0, bytesMax)), 'too-long')
    })

    it('refuses to write a value outside its limits', () => {
      const write = (message: unknown) =>
        isSigned(name) ? prepare(name, message as never) : encode(name as 'hello', message as never)
      for (const field of Object.keys(shape.fields)) {
        for (const wrong of [
          undefined,
          null,
          -1,
          1.5,
          NaN,
          2 ** 53,
          -1n,
          2n ** 63n,
          '\ud800',
          {}
        ]) {
          const message = { ...(extreme(shape, 'min') as object), [field]: wrong }
          assert.throws(() => write(message), { code: 'bad-field' }, `${field}: ${String(wrong)}`)
        }
      }
      assert.throws(() => write(null), { code: 'bad-field' })
    })

    if (isSigned(name)) {
      it('refuses every single flipped bit', async () => {
        const signatureAt = smallest.length - 64
        for (let bit = 0; bit < smallest.length * 8; bit++) {
          const flipped = smallest.slice()
          flipped[bit >> 3]! ^= 0x80 >> (bit & 7)
          const code = await receive(name, flipped)
          const allowed =
            bit < 8
              ? ['unknown-message', 'unexpected-message']
              : bit >> 3 < signatureAt
                ? [...DECODE_CODES, 'bad-signature']
                : ['bad-signature']
          assert.ok(allowed.includes(code), `bit ${bit}: ${code}`)
        }
      })

      it('refuses its body under the id of any other signed message', async () => {
        for (const other of NAMES.filter(isSigned).filter((candidate) => candidate !== name)) {
          const forged = smallest.slice()
          forged[0] = MESSAGES[other].id
          const code = await receive(other, forged)
          assert.ok([...DECODE_CODES, 'bad-signature'].includes(code), `${other}: ${code}`)
        }
      })
    }
  })
}

it('protocol: every error has a code of the table', () => {
  for (const wrong of [new Error('x'), { code: 'no such' }, null, undefined, 'x', { code: 5 }]) {
    assert.equal(codeOf(wrong), 'internal')
  }
  assert.equal(codeOf(new FloodgateError('bad-token')), 'bad-token')
})
