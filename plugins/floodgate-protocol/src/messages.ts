// The message table: the list of messages IS the protocol. Types, encoder, decoder, limits and what a
// signature covers all follow from a row; to add a message is to add a row. docs/protocol.md explains each.

import { amount, blob, list, record, text, uint, type RecordOf } from './fields.ts'
import {
  bitmap,
  CLAIM_PURSES_MAX,
  currency,
  hash,
  HEADER,
  index,
  infoHash,
  PEERS_MAX,
  PIECES_MAX,
  publicKey,
  purseId,
  PURSES_SHOWN_MAX,
  ranges,
  RESENDS_MAX,
  row,
  SAFE_MAX,
  uid,
  VOUCHER_MAX,
  WINDOW_MAX,
  type Row
} from './rows.ts'
import { LOG_MESSAGES } from './log-messages.ts'
import { MONEY_MESSAGES } from './money-messages.ts'
import { ORIGIN_MESSAGES } from './origin-messages.ts'
import { PUSH_MESSAGES } from './push-messages.ts'
import { QUALITY_MESSAGES } from './quality-messages.ts'

const CERTIFICATE_MAX = 640
const PURSE_MAX = 1024
const REQUEST_MAX = 1024

/** Whole messages that prove an offence: the longest is a payment of a whole window. */
export const EVIDENCE_FRAMES_MAX = 2
const EVIDENCE_FRAME_MAX = WINDOW_MAX * 700 + VOUCHER_MAX
/** Entries of the revocation log in one message; a peer that is further behind asks again. */
export const REVOCATIONS_LIST_MAX = 16
const REVOCATIONS_MAX = 3072
/** Notices that are shown at a time. */
export const NOTICES_MAX = 32
/** What an announce wants: no purse, one for its own money, or one of a push that the provider pays. */
export const WANT = { nothing: 0, purse: 1, pushed: 2 } as const

const revocation = record({
  uid,
  reason: text(32),
  evidence: hash,
  until: uint(SAFE_MAX)
})
const notice = record({
  complaint: hash,
  kind: text(32),
  accuser: uid,
  infoHash,
  purse: purseId,
  index,
  outcome: text(16),
  due: uint(SAFE_MAX),
  strikes: uint(SAFE_MAX),
  strikesMax: uint(SAFE_MAX)
})
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
    want: uint(2),
    pieces: ranges,
    again: uint(1),
    price: amount,
    currency,
    revoked: uint(SAFE_MAX)
  }),
  purse: row(0x11, 'provider', 'signed', PURSE_MAX, {
    uid,
    infoHash,
    purse: purseId,
    count: uint(PIECES_MAX),
    pieces: ranges,
    price: amount,
    currency,
    root: hash,
    ends: uint(SAFE_MAX)
  }),
  peerList: row(0x12, 'provider', 'signed', 8576, {
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
    intervalSeconds: uint(86_400),
    revocations: blob(REVOCATIONS_MAX),
    notices: uint(NOTICES_MAX)
  }),
  cancel: row(0x13, 'buyer', 'signed', PIECES_MAX / 8 + 640, { purse: purseId, kept: bitmap }),
  cancelled: row(0x14, 'provider', 'signed', 640, {
    cancel: hash,
    purse: purseId,
    kept: uint(PIECES_MAX),
    refundAt: uint(SAFE_MAX)
  }),
  unknownPurses: row(0x15, 'provider', 'signed', 1024, { purses: list(purseId, PURSES_SHOWN_MAX) }),

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
    paid: hash,
    items: hash,
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
  accountRequest: row(0x34, 'peer', 'signed', 640, { what: text(32) }),
  destination: row(0x38, 'peer', 'signed box', 1024, { to: text(512) }),

  // The court (F43, F44, F57, F61)
  complaint: row(0x40, 'peer', 'signed box', 48 * 1024, {
    kind: text(32),
    accused: uid,
    infoHash,
    purse: purseId,
    index,
    count: uint(PIECES_MAX),
    frames: list(blob(EVIDENCE_FRAME_MAX), EVIDENCE_FRAMES_MAX, 1)
  }),
  verdict: row(0x41, 'provider', 'signed', 1024, {
    complaint: hash,
    kind: text(32),
    outcome: text(16),
    guilty: uid,
    code: text(32),
    nonce: hash,
    index,
    credited: amount,
    currency
  }),
  possession: row(0x42, 'peer', 'signed', 640, { complaint: hash, proof: hash }),
  revocations: row(0x43, 'provider', 'signed', REVOCATIONS_MAX, {
    since: uint(SAFE_MAX),
    head: hash,
    entries: list(revocation, REVOCATIONS_LIST_MAX),
    nextUpdate: uint(SAFE_MAX)
  }),
  notices: row(0x44, 'provider', 'signed', 16 * 1024, {
    items: list(notice, NOTICES_MAX)
  }),
  answer: row(0x45, 'peer', 'signed box', 10 * 1024, {
    complaint: hash,
    bitmap,
    frames: list(blob(VOUCHER_MAX), EVIDENCE_FRAMES_MAX)
  }),
  pieceRequest: row(0x46, 'buyer', 'signed', 640, { purse: purseId, index }),

  ...LOG_MESSAGES,
  ...MONEY_MESSAGES,
  ...ORIGIN_MESSAGES,
  ...QUALITY_MESSAGES,
  ...PUSH_MESSAGES
} satisfies Record<string, Row>

export type MessageName = keyof typeof MESSAGES
export type Header = RecordOf<typeof HEADER>

/** The fields of message `N`, the header's among them when it is signed. */
export type Message<N extends MessageName> = RecordOf<(typeof MESSAGES)[N]['fields']> &
  (IsSigned<N> extends true ? Header : unknown)

/** Messages that carry the header and a signature. */
export type SignedName = Exclude<
  MessageName,
  | 'registered'
  | 'hello'
  | 'statement'
  | 'payment'
  | 'reject'
  | 'posting'
  | 'inclusion'
  | 'consistency'
  | 'lines'
>
type IsSigned<N extends MessageName> = N extends SignedName ? true : false

/** Roles in a certificate, as bits. */
export const ROLE = { buyer: 1, seller: 2, provider: 4 } as const
