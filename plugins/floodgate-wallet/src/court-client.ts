// What a wallet says to the provider's court, and the answers, verified. Decides nothing.

import {
  FloodgateError,
  MESSAGES,
  equal,
  type Body,
  type Header,
  type Message
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, issuedNow, sealForProvider, signRequest } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

const url = (wallet: Wallet, route: string): string => `${wallet.api}${ROUTES}/${route}`

/** A piece may be large and a line slow: it has time at 20 bytes a millisecond. */
const PIECE_MIN_MS = 15_000
const SLOWEST = 20

/** What the court answers to `frame`, which travels as `body`. Its session is the hash of what it answers. */
async function verdictOf(
  wallet: Wallet,
  route: string,
  frame: Uint8Array,
  body = frame
): Promise<Message<'verdict'>> {
  const bytes = await ask(url(wallet, route), MESSAGES.verdict.bytesMax, body)
  const verdict = await issuedNow(wallet, 'verdict', bytes)
  expectAnswer(wallet, verdict, frame)
  return verdict
}

function expectAnswer(wallet: Wallet, { session }: Header, frame: Uint8Array): void {
  if (!equal(session, wallet.crypto.sha256(frame))) {
    throw new FloodgateError('wrong-session', 'answer to another message')
  }
}

/** Signs a complaint. Its id is the SHA-256 of the whole message: the same bytes may be filed again. */
export const signComplaint = (wallet: Wallet, body: Body<'complaint'>): Promise<Uint8Array> =>
  signRequest(wallet, 'complaint', body)

/**
 * Files a signed complaint. The verdict is about it, or about the first that we filed of the same case: the court
 * knows a case by its parties, purse and piece.
 */
export async function fileComplaint(
  wallet: Wallet,
  complaint: Uint8Array
): Promise<Message<'verdict'>> {
  return verdictOf(wallet, 'complaints', complaint, await sealForProvider(wallet, complaint))
}

/** Shows the court that we have the piece; said again it tells where the case stands. */
export function provePossession(
  wallet: Wallet,
  complaint: Uint8Array,
  proof: Uint8Array
): Promise<Message<'verdict'>> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'possession', { complaint, proof })
    return verdictOf(wallet, 'possessions', frame)
  })
}

/** Answers a complaint about us. */
export function answerComplaint(
  wallet: Wallet,
  answer: Body<'answer'>
): Promise<Message<'verdict'>> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'answer', answer)
    return verdictOf(wallet, 'answers', frame, await sealForProvider(wallet, frame))
  })
}

/** Complaints about us that wait. */
export function fetchNotices(wallet: Wallet): Promise<Message<'notices'>['items']> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'accountRequest', { what: 'notices' })
    const bytes = await ask(url(wallet, 'notices'), MESSAGES.notices.bytesMax, frame)
    const notices = await issuedNow(wallet, 'notices', bytes)
    expectAnswer(wallet, notices, frame)
    return notices.items
  })
}

/** The bytes of a piece that the court made us pay; `length` is the most that is read. They are not checked here. */
export function fetchPiece(
  wallet: Wallet,
  purse: Uint8Array,
  index: number,
  length: number
): Promise<Uint8Array> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'pieceRequest', { purse, index })
    return ask(url(wallet, 'pieces'), length, frame, PIECE_MIN_MS + Math.ceil(length / SLOWEST))
  })
}
