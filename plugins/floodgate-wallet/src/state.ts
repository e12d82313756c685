// The wallet as JSON, and as the text that storages keep: bytes are base64url, amounts decimal strings. It
// stays small: bitmaps, counts and last vouchers, never one record per token (W9).

import {
  FloodgateError,
  emptyBitmap,
  fromBase64url,
  platformCrypto,
  toBase64url,
  toHex,
  utf8
} from '@floodgate/protocol'

/** What the wallet key is derived with (RFC 7914). */
export interface ScryptCost {
  N: number
  r: number
  p: number
}

export interface PayeeState {
  uid: string
  /** Bitmap of the tokens that are reserved for or paid to this payee. */
  held: string
  count: number
  xor: string
  /** Paid without receipt yet, in the order of payment. */
  unreceipted: number[]
  /** The last voucher that has a receipt, both as they travelled, and what was paid after it. */
  receipted?: { voucher: string; receipt: string; later: number[] }
}

export interface PurseState {
  frame: string
  /** Sealed. */
  seed: string
  paid: string
  uncertain: string
  payees: PayeeState[]
  /** The signed `cancel`, and when the provider refunds. */
  cancellation?: { frame: string; refundAt: number }
  /** The provider paid it: what is left of it is not ours. */
  isPushed?: boolean
  /** The provider's ledger does not know it any more. */
  isLost?: boolean
}

/** What was measured of a purse's promise. */
export interface MeasurementState {
  startMs: number
  wantedMs: number
  bytes: number
  /** Our signed `measurement`, once it is final. */
  frame?: string
  /** What the provider found or refused with; '' while it did not answer. */
  outcome: string
}

export interface PurchaseState {
  id: string
  bought: boolean
  /** What it is for: boundaries; empty for all that is sold. */
  pieces: number[]
}

/** What proves debts of one window: `since[i]` says when the last byte of piece `indexes[i]` went out. */
export interface ProofState {
  request: string
  delivery: string
  indexes: number[]
  since: number[]
}

export interface SaleState {
  frame: string
  paid: string
  xor: string
  voucher: string
  owed: number[]
  claimed: { count: number; credited: string }
  /** Why the provider refused a claim, and of how many tokens that was. */
  refused: { count: number; code: string }
  /** Optional fields are missing in wallets of before the court, and while they would be empty. */
  proofs?: ProofState[]
  /** The buyer's certificate, while there is a proof that it signed. */
  buyer?: string
  /** Bitmap of the pieces that the court paid. */
  settled?: string
}

export interface BlacklistState {
  uid: string
  reason: string
  evidence: string[]
  at: number
  expiresAt: number
}

/** A complaint of ours. Bytes are base64url. */
export interface DisputeState {
  kind: string
  accused: string
  certificate: string
  infoHash: string
  purse: string
  index: number
  frames: string[]
  at: number
  complaint: string
  id: string
  nonce: string
  stage: string
  code: string
  credited: string
}

/** A complaint of us. */
export interface NoticeState {
  complaint: string
  kind: string
  accuser: string
  infoHash: string
  purse: string
  index: number
  outcome: string
  due: number
  strikes: number
  strikesMax: number
  at: number
  answer: string
  accepting?: boolean
}

/** The provider's revocation list, as far as we have it. */
export interface RevokedState {
  version: number
  head: string
  entries: { uid: string; reason: string; evidence: string; until: number }[]
}

/** Something worth telling a person; `at` in Unix milliseconds. */
export interface WalletEvent {
  at: number
  kind: string
  text: string
}

export interface WalletState {
  version: 2
  rootKey: string
  api: string
  scrypt: ScryptCost & { salt: string }
  /** Sealed: signing seed, then box secret. */
  keys: string
  uid: string
  certificate: string
  epochs: string[]
  clockOffsetMs: number
  /** Of the last signed request to the provider. */
  counter: number
  /** False only after a clean close. */
  open: boolean
  /** The current purchase by info hash (hex); `bought` when its purse came. */
  purchases: Record<string, PurchaseState>
  purses: PurseState[]
  /** Of the provider's log, the last line that was looked at for refunds. */
  linesRead?: number
  /** By purse id. */
  measurements?: Record<string, MeasurementState>
  sales: SaleState[]
  /** Tokens paid by a uid in sales that were dropped since. */
  paidBefore: Record<string, number>
  blacklist: BlacklistState[]
  events: WalletEvent[]
  /** Complaints we made, and those made of us. */
  disputes?: DisputeState[]
  notices?: NoticeState[]
  revocations?: RevokedState
  /** The newest `treeHead` seen, and two that show a forked log. */
  treeHead?: string
  fork?: readonly [string, string]
}

/** Purses of version 1 covered whole contents, and their certificates cannot be read any more. */
const VERSION = 2
const HEAD = `floodgate-wallet ${VERSION} `
const ANY_HEAD = /^floodgate-wallet (\d+) /

const checksum = (json: string): string => toHex(platformCrypto.sha256(utf8(json)))

/** The text to store: a line with the format and a checksum, then the JSON. */
export function encodeState(state: WalletState): string {
  const json = JSON.stringify(state)
  return `${HEAD}${checksum(json)}\n${json}`
}

/** The inverse. Throws `wallet-damaged` when a single character is not as it was written. */
export function decodeState(text: string): WalletState {
  const end = text.indexOf('\n')
  const json = text.slice(end + 1)
  const version = ANY_HEAD.exec(text)?.[1]
  if (version !== undefined && Number(version) !== VERSION) {
    throw new FloodgateError('wallet-damaged', `version ${version}, not ${VERSION}`)
  }
  if (end < 0 || text.slice(0, end) !== HEAD + checksum(json)) {
    throw new FloodgateError('wallet-damaged', 'checksum')
  }
  return JSON.parse(json) as WalletState
}

/** Bytes of a field of the state. */
export function unpack(text: string): Uint8Array {
  const bytes = fromBase64url(text)
  if (bytes === undefined) throw new FloodgateError('wallet-damaged', 'base64url')
  return bytes
}

const packed = new WeakMap<Uint8Array, string>()

/** A message as text. It never changes, so that is made once, however often the wallet is saved. */
export function packMessage(message: Uint8Array): string {
  const known = packed.get(message)
  if (known !== undefined) return known
  const text = toBase64url(message)
  packed.set(message, text)
  return text
}

/** A bitmap without the zeros at its end: of a download in order, half of it. */
export function packBitmap(bitmap: Uint8Array): string {
  let length = bitmap.length
  while (length > 0 && bitmap[length - 1] === 0) length--
  return toBase64url(bitmap.subarray(0, length))
}

/** The inverse, for a purse of `count` tokens. */
export function unpackBitmap(text: string, count: number): Uint8Array {
  const bitmap = emptyBitmap(count)
  const bytes = unpack(text)
  if (bytes.length > bitmap.length) throw new FloodgateError('wallet-damaged', 'bitmap')
  bitmap.set(bytes)
  return bitmap
}
