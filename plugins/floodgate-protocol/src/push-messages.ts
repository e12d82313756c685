// The rows of the message table for contents that are sealed until their release (F77): a willing peer is offered them before,
// a buyer gets the keys after.

import { amount, blob, list, record, uint } from './fields.ts'
import { currency, hash, infoHash, PIECES_MAX, row, SAFE_MAX } from './rows.ts'

/** Bytes of the keys of one content: a bundle of @floodgate/push has less. */
export const KEYS_MAX = 4096
/** Contents that are offered at a time. */
export const PUSH_OFFERS_MAX = 32

const pushed = record({
  infoHash,
  length: uint(SAFE_MAX),
  pieces: uint(PIECES_MAX),
  release: uint(SAFE_MAX),
  paid: amount,
  keyPrice: amount
})

export const PUSH_MESSAGES = {
  keyRequest: row(0x80, 'buyer', 'signed', 640, { infoHash, price: amount, currency }),
  contentKeys: row(0x81, 'provider', 'signed box', KEYS_MAX + 640, {
    request: hash,
    infoHash,
    keys: blob(KEYS_MAX)
  }),
  willing: row(0x82, 'peer', 'signed', 640, { disk: uint(SAFE_MAX), uplink: uint(SAFE_MAX) }),
  pushOffers: row(0x83, 'provider', 'signed', 8192, {
    request: hash,
    currency,
    items: list(pushed, PUSH_OFFERS_MAX)
  })
}
