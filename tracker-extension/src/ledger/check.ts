// The shape and the limits of every command, as one table. A checked command is a clean copy: known fields only,
// and bytes in buffers of their own (a slice of Node's pool would drag 8 KiB along when it is posted to a worker).
import type { Claim, Command } from './commands.ts'
import { rangesMax } from './coverage.ts'
import { LedgerError } from './errors.ts'
import type { Advice, MoneyInCommand, StatementMark } from './money-in-commands.ts'
import type { PromiseCommand } from './promise-commands.ts'

/** Largest amount and largest total of an account: what a signed 64-bit column holds. */
export const amountMax = 2n ** 63n - 1n
/** A bitmap of 128 KiB; a terabyte of 1 MiB pieces. */
const piecesMax = 2 ** 20
const claimsMax = 10_000
/** The longest complaint. */
const evidenceBytesMax = 128 * 1024

type Check = (value: unknown, name: string) => unknown

const bad = (name: string, rule: string) =>
  new LedgerError('bad-command', `${name} must be ${rule}`)

/** Ids are printable ASCII without space: a space joins ids to keys. */
const id: Check = (value, name) => {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)) return value
  throw bad(name, '1 to 128 printable ASCII characters without space')
}
/** No store has to keep what another cannot: PostgreSQL knows no text with a zero in it. */
const text: Check = (value, name) => {
  const isText = typeof value === 'string' && value.length <= 1024 && value.isWellFormed()
  if (isText && !value.includes('\0')) return value
  throw bad(name, 'a text of at most 1024 characters without zeros')
}
const oneOf =
  (...words: string[]): Check =>
  (value, name) => {
    if (words.some((word) => word === value)) return value
    throw bad(name, `one of ${words.join(', ')}`)
  }
const bytes =
  (lengthMin: number, lengthMax: number): Check =>
  (value, name) => {
    if (!(value instanceof Uint8Array) || value.length < lengthMin || value.length > lengthMax) {
      throw bad(name, `${lengthMin} to ${lengthMax} bytes`)
    }
    return new Uint8Array(value)
  }
const integer =
  (max: number): Check =>
  (value, name) => {
    if (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= max) return value
    throw bad(name, `an integer from 1 to ${max}`)
  }
const amount: Check = (value, name) => {
  if (typeof value === 'bigint' && value >= 1n && value <= amountMax) return value
  throw bad(name, 'a bigint from 1 to 2^63 - 1')
}
const amountOrNone: Check = (value, name) => (value === 0n ? value : amount(value, name))
const flag: Check = (value, name) => {
  if (typeof value === 'boolean') return value
  throw bad(name, 'true or false')
}
const optional =
  (check: Check): Check =>
  (value, name) =>
    value === undefined ? undefined : check(value, name)

const millionths: Check = (value, name) => {
  const isShare = Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= 1_000_000
  if (isShare) return value
  throw bad(name, 'an integer from 0 to 1,000,000')
}
const integerFrom0: Check = (value, name) => {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return value
  throw bad(name, 'an integer from 0')
}
const listOf =
  (check: Check, lengthMax: number, lengthMin = 0): Check =>
  (value, name) => {
    if (!Array.isArray(value) || value.length < lengthMin || value.length > lengthMax) {
      throw bad(name, `a list of ${lengthMin} to ${lengthMax}`)
    }
    return value.map((one, i) => check(one, `${name}[${i}]`))
  }

const textNotEmpty: Check = (value, name) => {
  if (text(value, name) !== '') return value
  throw bad(name, 'said')
}
const time = integer(Number.MAX_SAFE_INTEGER)
const key = bytes(32, 32)

type Shape<T> = { [Field in keyof Required<Omit<T, 'kind'>>]: Check }
type ShapeOf<Kind extends Command['kind']> = Shape<Extract<Command, { kind: Kind }>>

const claim: Shape<Claim> = {
  claimId: id,
  payee: id,
  purseId: id,
  bitmap: bytes(1, piecesMax / 8),
  voucher: bytes(1, 4096),
  count: integer(piecesMax)
}
const claims: Check = (value, name) => {
  if (!Array.isArray(value) || value.length < 1 || value.length > claimsMax) {
    throw bad(name, `a list of 1 to ${claimsMax} claims`)
  }
  return value.map((one, i) => pick(one, claim, `${name}[${i}].`))
}

const hexHash: Check = (value, name) => {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value
  throw bad(name, 'a SHA-256 in hex')
}
const idOrNone: Check = (value, name) => (value === '' ? value : id(value, name))
const advice: Shape<Advice> = {
  names: listOf(id, 8, 1),
  strong: flag,
  source: oneOf('stripe', 'sepa'),
  advised: oneOf('credit', 'debit', 'reversal', 'return', 'failed', 'refund', 'dispute'),
  amountMinor: amountOrNone,
  currency: id,
  orderId: idOrNone,
  uid: idOrNone,
  reference: idOrNone,
  hold: text,
  about: idOrNone,
  payer: text,
  text
}
const advices = listOf((one, name) => pick(one, advice, `${name}.`), claimsMax)

const statement: Shape<StatementMark> = { statementId: id, body: key }
const statements = listOf((one, name) => pick(one, statement, `${name}.`), 1000)

const moneyIn: { [Kind in MoneyInCommand['kind']]: ShapeOf<Kind> } = {
  order: { orderId: id, uid: id, amountMinor: amount, currency: id, now: time },
  refer: { reference: id, uid: id },
  advise: { statements, advices, now: time },
  assign: { adviceId: id, uid: idOrNone, reason: textNotEmpty, now: time },
  issueGifts: {
    batchId: id,
    hashes: listOf(hexHash, 1000, 1),
    amountMinor: amount,
    expiresAt: integerFrom0,
    reason: text,
    now: time
  },
  redeemGift: { hash: hexHash, uid: id, now: time },
  issueCoupon: {
    couponId: id,
    infoHash: idOrNone,
    share: integerFrom0,
    amountMinor: amountOrNone,
    usesMax: time,
    usesPerAccountMax: time,
    until: integerFrom0,
    now: time
  },
  takeCoupon: { couponId: id, uid: id, now: time },
  dropCoupon: { couponId: id, uid: id, now: time },
  fund: { id, amountMinor: amount, reason: text, now: time }
}

const promises: { [Kind in PromiseCommand['kind']]: ShapeOf<Kind> } = {
  measure: {
    ...{ purseId: id, uid: id, body: key, missed: text, excuse: text },
    ...{ percent: integerFrom0, paid: integerFrom0, now: time }
  },
  credit: { purseId: id, now: time },
  ownAccount: { uid: id, now: time }
}

const shapes: { [Kind in Command['kind']]: ShapeOf<Kind> } = {
  open: { uid: id, signKey: key, boxKey: key, handle: text },
  deposit: { id, uid: id, amountMinor: amount, reason: text, now: time },
  correct: { id, uid: id, amountMinor: amount, reason: textNotEmpty, now: time },
  publish: {
    infoHash: id,
    pieces: integer(piecesMax),
    priceMinor: amount,
    currency: id,
    mode: oneOf('closed', 'open'),
    title: text,
    torrent: bytes(0, 16 * 2 ** 20),
    free: optional(integerFrom0),
    since: optional(integerFrom0)
  },
  withdraw: { infoHash: id, now: time },
  purchase: {
    purchaseId: id,
    uid: id,
    infoHash: id,
    priceMinor: amount,
    again: optional(flag),
    ranges: optional(listOf(integerFrom0, 2 * rangesMax)),
    collateralMinor: optional(amountOrNone),
    pushed: optional(flag),
    now: time,
    expiresAt: time,
    sealed: optional(bytes(0, 4096)),
    certificate: optional(bytes(0, 4096))
  },
  redeem: { claims, sellerMillionths: optional(millionths), now: time },
  close: { purseId: id, now: time },
  cancel: {
    purseId: id,
    uid: id,
    kept: bytes(1, piecesMax / 8),
    frame: bytes(1, piecesMax / 8 + 1024),
    earlyAt: time,
    now: time
  },
  signHead: {
    size: integerFrom0,
    root: key,
    peaks: bytes(0, 53 * 32),
    frame: bytes(1, 512),
    blocks: listOf(key, 1000),
    now: time
  },
  complain: {
    complaintId: id,
    charge: id,
    accuser: id,
    accused: id,
    infoHash: id,
    purseId: id,
    index: integerFrom0,
    count: integerFrom0,
    outcome: oneOf('challenge', 'guilty', 'dismissed'),
    code: text,
    proof: text,
    nonce: bytes(0, 32),
    evidence: bytes(0, evidenceBytesMax),
    now: time
  },
  prove: { complaintId: id, now: time },
  settle: { complaintId: id, acceptance: bytes(1, evidenceBytesMax), now: time },
  answer: { complaintId: id, outcome: oneOf('void', 'guilty'), code: text, now: time },
  told: { uid: id, complaintIds: listOf(id, 1000), answerMs: integerFrom0, now: time },
  resend: { complaintId: id, resendsMax: integerFrom0 },
  appeal: { uid: id, complaintId: id, answer: bytes(0, evidenceBytesMax), now: time },
  revoke: {
    version: time,
    uid: id,
    reason: text,
    evidence: key,
    until: integerFrom0,
    head: key,
    pardon: flag,
    now: time
  },
  ...moneyIn,
  setDestination: { uid: id, destination: text, holdMs: integerFrom0, now: time },
  requestPayout: {
    payoutId: id,
    uid: id,
    amountMinor: amount,
    rail: id,
    sink: oneOf('cash', 'store'),
    now: time
  },
  budgetPush: { infoHash: id, amountMinor: amount, now: time },
  buyKey: { uid: id, infoHash: id, priceMinor: amountOrNone, group: integerFrom0, now: time },
  keepSplit: { sellerMillionths: millionths },
  leasePayouts: { held: integerFrom0, until: integerFrom0, now: time },
  preparePayout: { batch: id, payoutIds: listOf(id, 10_000), now: time },
  submitPayout: { payoutId: id, reference: id, now: time },
  settlePayout: {
    payoutId: id,
    outcome: oneOf('paid', 'failed', 'returned'),
    reason: text,
    reference: optional(text),
    now: time
  },
  ...promises
}

function pick(value: unknown, shape: Record<string, Check>, prefix = ''): object {
  if (typeof value !== 'object' || value === null) throw bad(prefix || 'command', 'an object')
  const fields: Record<string, unknown> = { ...value }
  const clean: Record<string, unknown> = {}
  for (const [name, check] of Object.entries(shape))
    clean[name] = check(fields[name], prefix + name)
  return clean
}

/** A clean copy of the command. Throws `bad-command` naming the first field that is wrong. */
export function checkCommand<C extends Command>(command: C): C {
  const kind: unknown = (command as Partial<Command> | undefined)?.kind
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) {
    throw bad('kind', `one of ${Object.keys(shapes).join(', ')}`)
  }
  return { kind, ...pick(command, shapes[kind as Command['kind']]) } as C
}
