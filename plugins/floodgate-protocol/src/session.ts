// One connection between two peers: from both hellos follow the session id and a key for each direction;
// from then on every message is sealed. Counters stand in clear beside each message, so that a repeated or
// reordered one still opens: the exchange itself is what makes repeats harmless (G14).

import { compare, concat, utf8 } from './bytes.ts'
import { FloodgateError } from './errors.ts'
import { MESSAGES } from './messages.ts'
import type { Crypto } from './crypto/interface.ts'

const SESSION = utf8('floodgate/1/session\0')
const KEY = utf8('floodgate/1/session key\0')
/** First byte of a sealed frame; no message has this id. */
export const SEALED = 0xff
const HEAD = 9
const TAG_LENGTH = 16
/** The longest frame that can hold a message of a session; a longer one is refused unopened. */
const FRAME_MAX =
  HEAD +
  TAG_LENGTH +
  Math.max(...Object.values(MESSAGES).map((row) => (row.sealed === 'session' ? row.bytesMax : 0)))

export interface Session {
  readonly id: Uint8Array
  /** Seals a message for the other side. */
  seal(message: Uint8Array): Uint8Array
  /** Opens what the other side sealed. Throws `cannot-open` or `too-long`. */
  open(frame: Uint8Array): Uint8Array
}

/**
 * The session of two hellos (whole messages). `secret` belongs to the ephemeral key in `ownHello`.
 * The id hashes both hellos, hence both nonces, keys and certificates, and the info hash.
 */
export function createSession(
  crypto: Crypto,
  infoHash: Uint8Array,
  own: { hello: Uint8Array; secret: Uint8Array },
  other: { hello: Uint8Array; ephemeral: Uint8Array }
): Session {
  const order = compare(own.hello, other.hello)
  if (order === 0) throw new FloodgateError('same-account', 'connected to itself')
  const [first, second] = order < 0 ? [own.hello, other.hello] : [other.hello, own.hello]
  const id = crypto.sha256(concat(SESSION, infoHash, crypto.sha256(first), crypto.sha256(second)))
  const shared = crypto.agree(own.secret, other.ephemeral)
  const keyOf = (sender: Uint8Array): Uint8Array =>
    crypto.hmac(shared, concat(KEY, id, crypto.sha256(sender)))
  const sendKey = keyOf(own.hello)
  const openKey = keyOf(other.hello)
  let counter = 0

  const nonceOf = (frame: Uint8Array): Uint8Array => {
    const nonce = new Uint8Array(24)
    nonce.set(frame.subarray(1, HEAD))
    return nonce
  }

  return {
    id,
    seal(message) {
      const head = new Uint8Array(HEAD)
      head[0] = SEALED
      new DataView(head.buffer).setBigUint64(1, BigInt(counter++))
      return concat(head, crypto.seal(sendKey, nonceOf(head), message))
    },
    open(frame) {
      if (frame[0] !== SEALED || frame.length < HEAD + TAG_LENGTH) {
        throw new FloodgateError('cannot-open')
      }
      if (frame.length > FRAME_MAX) throw new FloodgateError('too-long')
      const message = crypto.open(openKey, nonceOf(frame), frame.subarray(HEAD))
      if (message === undefined) throw new FloodgateError('cannot-open')
      return message
    }
  }
}
