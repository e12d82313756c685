// The purchase: one announce to the tracker, by which a buyer also pays the provider and gets its purse
// (F26–F30). A repeated announce brings the same purse again and costs nothing.

import {
  amountOf,
  FloodgateError,
  WANT,
  decode,
  equal,
  ERRORS,
  isErrorCode,
  type ErrorCode,
  openSealed,
  toBase64url,
  type Message,
  type Ranges
} from '@floodgate/protocol'
import { Refusal, ask } from './http.ts'
import { byItsClock, signRequest } from './provider-client.ts'
import type { Purse } from './purse.ts'
import { learnRevocations } from './revocations.ts'
import { REPLY_MAX, readTrackerReply, type TrackerReply } from './tracker-reply.ts'
import type { Wallet } from './wallet.ts'

export interface AnnounceOptions {
  /** 20 bytes each. */
  infoHash: Uint8Array
  peerId: Uint8Array
  port: number
  /** As in BEP 3: `started`, `stopped`, `completed`, or empty. */
  event: string
  /** Bytes left to download. */
  left: number
  /** Buy a purse, unless this purchase has one. */
  want: boolean
  /** Let the provider pay it: the content is sealed, and was pushed to us (`offerDisk`). */
  pushed?: boolean
  /** Which pieces to buy, as boundaries; all that are for sale if not said. */
  pieces?: Ranges
  /** Buy although an earlier purse is still good; call `purses.newPurchase` first. */
  again?: boolean
  /** What is agreed to: minor units of `currency` for one piece. */
  price: bigint
  currency: string
  numwant?: number
}

export interface PeerAddress {
  host: string
  port: number
}

export interface AnnounceAnswer {
  purse: Purse | undefined
  peers: PeerAddress[]
  complete: number
  incomplete: number
  intervalSeconds: number
  /** Complaints about us that wait for our answer: see `answerNotices`. */
  notices: number
  /** Why the revocations that came along, or are still missing, could not be taken in; the next announce tries again. */
  fault: FloodgateError | undefined
}

/** Announces and buys. */
export function buy(
  wallet: Wallet,
  options: Omit<AnnounceOptions, 'want'>
): Promise<AnnounceAnswer> {
  return announce(wallet, { ...options, want: true })
}

/**
 * Takes a signed announce to the tracker of the provider at `api`, and brings its reply, unverified. Throws
 * `unreachable`.
 */
export type Carrier = (
  api: string,
  options: AnnounceOptions,
  envelope: Uint8Array
) => Promise<TrackerReply>

export const overHttp: Carrier = async (api, options, envelope) =>
  readTrackerReply(await ask(urlOf(api, options, envelope), REPLY_MAX))

/**
 * Announces to the provider's tracker. Resolves when the purse that came, if any, is verified and durable.
 * Throws the tracker's code, `price-changed` when the purse costs other than was agreed, `wrong-session` when
 * the answer is to another announce, and what verifying throws.
 */
export function announce(
  wallet: Wallet,
  options: AnnounceOptions,
  carry: Carrier = overHttp
): Promise<AnnounceAnswer> {
  const { infoHash, peerId } = options
  if (infoHash.length !== 20 || peerId.length !== 20) {
    throw new FloodgateError('bad-option', 'info hash and peer id have 20 bytes')
  }
  return byItsClock(wallet, async () => {
    const frame = await signAnnounce(wallet, options)
    const reply = await carry(wallet.api, options, frame)
    if (reply.failure !== undefined) throw refusalOf(reply.failure, reply.code, reply.time)
    if (reply.fg === undefined) throw new FloodgateError('not-floodgate', 'tracker')
    const list = await verify(wallet, options, frame, reply.fg)
    const purse = list.purse.length > 0 ? await takePurse(wallet, options, list) : undefined
    const fault = await takeRevocations(wallet, list.revocations)
    await wallet.saved()
    const { complete, incomplete, intervalSeconds, notices } = list
    const peers = [...addresses(list.peers, 4), ...addresses(list.peers6, 16)]
    return { purse, peers, complete, incomplete, intervalSeconds, notices, fault }
  })
}

/** The purchase id is durable before it is used: after a crash the same purchase goes on. */
async function signAnnounce(wallet: Wallet, options: AnnounceOptions): Promise<Uint8Array> {
  const { infoHash, event, port, price, currency } = options
  const pieces = options.want ? [...(options.pieces ?? [])] : []
  const session = wallet.purses.purchaseId(infoHash, options.want ? pieces : undefined)
  const paying = options.pushed === true ? WANT.pushed : WANT.purse
  const want = options.want ? paying : WANT.nothing
  const again = options.again === true ? 1 : 0
  const revoked = wallet.court.revocations.version
  const body = { infoHash, event, port, want, pieces, again, price, currency, revoked }
  const frame = await signRequest(wallet, 'announce', body, { session })
  await wallet.saved()
  return frame
}

function urlOf(api: string, options: AnnounceOptions, frame: Uint8Array): string {
  const { infoHash, peerId, port, left, event, numwant } = options
  const query = [
    `info_hash=${percent(infoHash)}`,
    `peer_id=${percent(peerId)}`,
    `port=${port}`,
    `uploaded=0&downloaded=0&left=${left}&compact=1`,
    ...(event === '' ? [] : [`event=${encodeURIComponent(event)}`]),
    ...(numwant === undefined ? [] : [`numwant=${numwant}`]),
    `fg=${toBase64url(frame)}`
  ]
  return `${api}/announce?${query.join('&')}`
}

const percent = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** A failure is `code: text`; its code also stands under `fg code`. */
function refusalOf(failure: string, said: string | undefined, time: number | undefined): Refusal {
  const code = said ?? failure.slice(0, Math.max(0, failure.indexOf(':')))
  if (!isErrorCode(code)) return new Refusal('bad-request', failure.slice(0, 200), time)
  return new Refusal(code, detailIn(failure, code).slice(0, 200), time)
}

/** A provider says our own sentence for the code, and its detail in brackets: to say the sentence again would tell nothing. */
function detailIn(failure: string, code: ErrorCode): string {
  const known = `${code}: ${ERRORS[code].text}`
  if (!failure.startsWith(known)) return failure
  return failure.slice(known.length).replace(/^ \((.*)\)$/s, '$1')
}

async function verify(
  wallet: Wallet,
  { infoHash }: AnnounceOptions,
  frame: Uint8Array,
  bytes: Uint8Array
): Promise<Message<'peerList'>> {
  await wallet.learnEpoch(decode(bytes, 'peerList').message.epoch)
  const list = await wallet.trust.issued('peerList', bytes, wallet.now())
  const ours =
    equal(list.announce, wallet.crypto.sha256(frame)) &&
    equal(list.uid, wallet.uid) &&
    equal(list.infoHash, infoHash)
  if (!ours) throw new FloodgateError('wrong-session', 'peer list for another announce')
  return list
}

async function takePurse(
  wallet: Wallet,
  agreed: AnnounceOptions,
  list: Message<'peerList'>
): Promise<Purse> {
  const { message } = decode(list.purse, 'purse')
  if (!equal(message.infoHash, agreed.infoHash)) throw new FloodgateError('wrong-purse', 'content')
  if (message.price !== agreed.price || message.currency !== agreed.currency) {
    throw new FloodgateError('price-changed', amountOf(message.price, message.currency))
  }
  const seed = openSealed(wallet.crypto, wallet.boxSecret, list.seed)
  return wallet.purses.add(list.purse, seed, agreed.pushed)
}

/** A list of revocations that is wrong must not cost the purse that came with it. */
async function takeRevocations(
  wallet: Wallet,
  frame: Uint8Array
): Promise<FloodgateError | undefined> {
  try {
    await learnRevocations(wallet, frame)
    return undefined
  } catch (error) {
    if (error instanceof FloodgateError) return error
    throw error
  }
}

/** Compact addresses (BEP 23, BEP 7): `length` bytes of address, two of port. */
function* addresses(compact: Uint8Array, length: 4 | 16): Generator<PeerAddress> {
  if (compact.length % (length + 2) !== 0) throw new FloodgateError('bad-field', 'peers')
  const view = new DataView(compact.buffer, compact.byteOffset, compact.length)
  for (let at = 0; at < compact.length; at += length + 2) {
    const port = view.getUint16(at + length)
    if (port === 0) continue
    const groups = Array.from({ length: 8 }, (_, i) => i * 2)
    const host =
      length === 4
        ? compact.subarray(at, at + 4).join('.')
        : groups.map((i) => view.getUint16(at + i).toString(16)).join(':')
    yield { host, port }
  }
}
