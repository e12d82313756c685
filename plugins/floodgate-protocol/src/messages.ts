// The message table: the list of messages IS the protocol. Types, encoder, decoder, limits and what a
// signature covers all follow from a row; to add a message is to add a row. docs/protocol.md explains each.

import {
  amount,
  blob,
  bytes,
  list,
  record,
  text,
  uint,
  type Fields,
  type RecordOf
} from './fields.ts'

/** Most pieces of one content: a bitmap of 8 KiB, a Merkle path of 16 hashes. */
export const PIECES_MAX = 65_536
/** Most pieces in one request and in one payment; also the cap of the unpaid limit n. */
export const WINDOW_MAX = 32
/** Tries of one piece after the first (F51). */
export const RESENDS_MAX = 3
/** Most purses in one claim. */
export const CLAIM_PURSES_MAX = 64
/** Most peers in one signed peer list. */
export const PEERS_MAX = 50

const SAFE_MAX = Number.MAX_SAFE_INTEGER
const uid = bytes(16)
const purseId = bytes(16)
const infoHash = bytes(20)
const hash = bytes(32)
const publicKey = bytes(32)
const keyId = bytes(8)
const index = uint(PIECES_MAX - 1)
const bitmap = blob(PIECES_MAX / 8)
const currency = text(8)

/**
 * What every signed message carries and every signature covers (G3–G6): whose network, who signs with which
 * key, in which session (or for which purchase or claim), and when. Times are Unix milliseconds.
 */
export const HEADER = {
  provider: hash,
  signer: uid,
  key: keyId,
  session: hash,
  counter: uint(SAFE_MAX),
  time: uint(SAFE_MAX),
  expiry: uint(SAFE_MAX)
} satisfies Fields

export interface Row<F extends Fields = Fields> {
  /** First byte of the message. */
  id: number
  /** Who may send it. */
  from: 'provider' | 'peer' | 'buyer' | 'seller'
  /** Does a 64-byte Ed25519 signature follow the body? */
  signed: boolean
  /** Does it travel encrypted: under the connection's key, or to the receiver's box key? */
  sealed: 'no' | 'session' | 'box'
  /** The whole message with id and signature, in bytes; longer ones are refused unread. */
  bytesMax: number
  fields: F
}

function row<F extends Fields>(
  id: number,
  from: Row['from'],
  marks: string,
  bytesMax: number,
  fields: F
): Row<F> {
  const sealed = marks.includes('session') ? 'session' : marks.includes('box') ? 'box' : 'no'
  return { id, from, signed: marks.includes('signed'), sealed, bytesMax, fields }
}

const CERTIFICATE_MAX = 640
const PURSE_MAX = 640
const REQUEST_MAX = 1024
const VOUCHER_MAX = 640

const item = record({ index, token: hash, path: blob(32 * 17) })
const claimed = record({
  purse: purseId,
  payer: uid,
  bitmap,
  voucher: blob(VOUCHER_MAX)
})
const result = record({
  purse: purseId,
  credited: amount,
  fresh: uint(PIECES_MAX),
  conflicting: uint(PIECES_MAX),
  code: text(32)
})

export const MESSAGES = {
  // Identity: the root key signs epoch keys, an epoch key signs everything else of the provider (F19, F20).
  epoch: row(0x01, 'provider', 'signed', 512, {
    signKey: publicKey,
    boxKey: publicKey,
    serial: uint(SAFE_MAX)
  }),
  certificate: row(0x02, 'provider', 'signed', CERTIFICATE_MAX, {
    uid,
    signKey: publicKey,
    boxKey: publicKey,
    roles: uint(7),
    serial: uint(SAFE_MAX)
  }),
  register: row(0x03, 'peer', 'signed', 1024, {
    signKey: publicKey,
    boxKey: publicKey,
    payment: text(256)
  }),
  registered: row(0x04, 'provider', 'box', 2048, {
    uid,
    certificate: blob(CERTIFICATE_MAX),
    epoch: blob(512)
  }),

  // Purchase (F26–F30)
  announce: row(0x10, 'peer', 'signed', 1024, {
    infoHash,
    event: text(16),
    port: uint(65_535),
    want: uint(1),
    again: uint(1),
    price: amount,
    currency
  }),
  purse: row(0x11, 'provider', 'signed', PURSE_MAX, {
    uid,
    infoHash,
    purse: purseId,
    count: uint(PIECES_MAX),
    price: amount,
    currency,
    root: hash
  }),
  peerList: row(0x12, 'provider', 'signed', 4096, {
    uid,
    infoHash,
    announce: hash,
    purse: blob(PURSE_MAX),
    seed: blob(128),
    epoch: blob(512),
    peers: blob(PEERS_MAX * 6),
    peers6: blob(PEERS_MAX * 18),
    complete: uint(SAFE_MAX),
    incomplete: uint(SAFE_MAX),
    intervalSeconds: uint(86_400)
  }),

  // The exchange between two peers (F31–F41)
  hello: row(0x20, 'peer', '', 2048, {
    version: uint(255),
    nonce: hash,
    ephemeral: publicKey,
    certificate: blob(CERTIFICATE_MAX),
    epoch: blob(512)
  }),
  proof: row(0x21, 'peer', 'signed session', 2048, {
    infoHash,
    purse: blob(PURSE_MAX),
    epoch: blob(512)
  }),
  statement: row(0x22, 'seller', 'session', PIECES_MAX / 8 + 2048, {
    purse: purseId,
    limit: uint(WINDOW_MAX),
    owed: list(index, WINDOW_MAX),
    paid: bitmap,
    voucher: blob(VOUCHER_MAX)
  }),
  request: row(0x23, 'buyer', 'signed session', REQUEST_MAX, {
    payee: uid,
    infoHash,
    purse: purseId,
    indexes: list(index, WINDOW_MAX, 1),
    resend: uint(RESENDS_MAX)
  }),
  delivery: row(0x24, 'seller', 'signed session', 2048, {
    payer: uid,
    infoHash,
    purse: purseId,
    indexes: list(index, WINDOW_MAX, 1),
    hashes: blob(20 * WINDOW_MAX, 20),
    request: hash
  }),
  payment: row(0x25, 'buyer', 'session', WINDOW_MAX * 700 + VOUCHER_MAX, {
    voucher: blob(VOUCHER_MAX),
    items: list(item, WINDOW_MAX, 1)
  }),
  voucher: row(0x26, 'buyer', 'signed', VOUCHER_MAX, {
    payee: uid,
    purse: purseId,
    count: uint(PIECES_MAX),
    xor: hash,
    delivery: hash
  }),
  receipt: row(0x27, 'seller', 'signed session', 640, {
    payer: uid,
    purse: purseId,
    count: uint(PIECES_MAX),
    voucher: hash,
    limit: uint(WINDOW_MAX)
  }),
  reject: row(0x28, 'peer', 'session', 512, {
    code: text(32),
    message: uint(255),
    indexes: list(index, WINDOW_MAX)
  }),

  // Money back at the provider (F38, F39, F45–F48)
  hashRequest: row(0x30, 'seller', 'signed', 2048, { request: blob(REQUEST_MAX) }),
  hashList: row(0x31, 'provider', 'signed', PIECES_MAX * 32 + 1024, {
    purse: purseId,
    hashes: blob(PIECES_MAX * 32)
  }),
  claim: row(0x32, 'seller', 'signed box', 640 * 1024, {
    purses: list(claimed, CLAIM_PURSES_MAX, 1)
  }),
  claimed: row(0x33, 'provider', 'signed', 16 * 1024, {
    claim: hash,
    results: list(result, CLAIM_PURSES_MAX),
    balance: amount,
    currency
  }),
  accountRequest: row(0x34, 'peer', 'signed', 640, { what: text(32) })
} satisfies Record<string, Row>

export type MessageName = keyof typeof MESSAGES
export type Header = RecordOf<typeof HEADER>

/** The fields of message `N`, the header's among them when it is signed. */
export type Message<N extends MessageName> = RecordOf<(typeof MESSAGES)[N]['fields']> &
  (IsSigned<N> extends true ? Header : unknown)

/** Messages that carry the header and a signature. */
export type SignedName = Exclude<
  MessageName,
  'registered' | 'hello' | 'statement' | 'payment' | 'reject'
>
type IsSigned<N extends MessageName> = N extends SignedName ? true : false

/** Roles in a certificate, as bits. */
export const ROLE = { buyer: 1, seller: 2, provider: 4 } as const
