// Answers complaints about us by ourselves (G9, W15). Who has the seller's receipt shows it. Else the token of that piece
// is the seller's anyway: the court pays it at once, and a piece that never came comes from the provider. So we got one
// piece and paid one, whatever the seller says; a token that went to another seller is never paid twice (I3).

import {
  ERRORS,
  FloodgateError,
  equal,
  hasBit,
  isErrorCode,
  itemsHash,
  paidHash,
  toHex,
  type Body
} from '@floodgate/protocol'
import type { ContentAtHand, ContentsAtHand } from './contents.ts'
import { answerComplaint, fetchNotices, fetchPiece } from './court-client.ts'
import { Refusal } from './http.ts'
import { isWaiting, type AnswerKind, type Notice } from './notices.ts'
import { signRequest } from './provider-client.ts'
import type { Purse } from './purse.ts'
import type { Wallet } from './wallet.ts'

/** What we answer, and the message's body but for the complaint's id. */
interface Reply {
  kind: AnswerKind
  body: Pick<Body<'answer'>, 'bitmap' | 'frames'>
}

/**
 * Asks what is complained of us and answers what can be answered now. `tell` hears of each notice that is news: a new one,
 * or one with another outcome. Throws `unreachable` and the like; to repeat it is safe.
 */
export async function answerNotices(wallet: Wallet, tell: (notice: Notice) => void): Promise<void> {
  for (const item of await fetchNotices(wallet)) {
    const { notice, isNews } = wallet.court.notices.hear(item, wallet.now())
    if (isNews) wallet.note('notice', textOf(notice))
    if (isNews) tell(notice)
    if (await answer(wallet, notice)) tell(notice)
  }
  await wallet.saved()
}

/** Was anything answered? */
async function answer(wallet: Wallet, notice: Notice): Promise<boolean> {
  const { kind, outcome, purse: id, complaint } = notice
  const purse = wallet.purses.get(id)
  if (purse === undefined || kind !== 'unpaid') return false
  if (outcome === 'settled') purse.settle(notice.index, notice.accuser)
  if (!isWaiting(notice)) return false
  const reply = await replyTo(wallet, purse, notice)
  if (reply === undefined) return false // not now: it is on its way from another seller, or not proven yet
  await wallet.saved()
  const said = await send(wallet, { complaint, ...reply.body }, outcome)
  wallet.court.notices.update(notice, { answer: reply.kind, outcome: said })
  wallet.note('answer', `${TEXTS[reply.kind]} ${textOf(notice)}`)
  return true
}

/** The outcome after our answer. One that the court refuses for good was given, and changes nothing. */
async function send(wallet: Wallet, body: Body<'answer'>, before: string): Promise<string> {
  try {
    return (await answerComplaint(wallet, body)).outcome
  } catch (error) {
    if (!(error instanceof Refusal) || ERRORS[error.code].retry) throw error
    return before
  }
}

const TEXTS: Record<AnswerKind, string> = {
  paid: 'Showed the receipt for the piece.',
  accepted: 'Let the provider pay the seller; the piece comes from the provider.',
  elsewhere: 'Showed that another seller was paid for the piece.'
}

const ACCEPTED: Reply = { kind: 'accepted', body: { bitmap: new Uint8Array(0), frames: [] } }

async function replyTo(wallet: Wallet, purse: Purse, notice: Notice): Promise<Reply | undefined> {
  const { index, accuser, outcome } = notice
  if (index >= purse.count || equal(accuser, wallet.uid)) return undefined
  // What we accept counts as paid to the accuser. If it now gives a receipt for that, we still have to get the piece.
  if (notice.accepting === true) return ACCEPTED
  const known = purse.receiptedBy(accuser)
  if (known !== undefined && hasBit(known.paid, index)) {
    return { kind: 'paid', body: { bitmap: known.paid, frames: [known.voucher, known.receipt] } }
  }
  const holder = purse.holder(index)
  if (purse.isPaid(index) && !equal(holder!, accuser)) {
    return { kind: 'elsewhere', body: await proofOfPayment(wallet, purse, holder!) }
  }
  // Its token is this seller's before we say so, and durably: no other is ever promised it.
  if (outcome === 'challenge') return undefined
  if (!purse.isPaid(index)) {
    if (!purse.reserve(index, accuser)) return undefined
    await purse.reservationSaved([index])
  }
  if (!purse.settle(index, accuser)) return undefined
  wallet.court.notices.update(notice, { accepting: true })
  return ACCEPTED
}

/** A fresh voucher over all that this payee was paid. */
async function proofOfPayment(
  wallet: Wallet,
  purse: Purse,
  payee: Uint8Array
): Promise<Reply['body']> {
  const { crypto } = wallet
  const { count, xor, paid } = purse.account(payee)!
  const voucher = await signRequest(wallet, 'voucher', {
    ...{ payee, purse: purse.id, count, xor },
    paid: paidHash(crypto, paid),
    items: itemsHash(crypto, []),
    delivery: new Uint8Array(32)
  })
  return { bitmap: paid, frames: [voucher] }
}

/**
 * Fetches pieces that the court made us pay and that are not here. Resolves with the notices whose piece came. Throws
 * `unreachable` and the like, `junk-piece` when the provider's bytes do not fit; what it refuses for good is noted.
 */
export async function fetchSettled(wallet: Wallet, contents: ContentsAtHand): Promise<Notice[]> {
  const came: Notice[] = []
  for (const notice of wallet.court.notices.all()) {
    const content = notice.outcome === 'settled' ? contents(notice.infoHash) : undefined
    if (content === undefined || content.has(notice.index)) continue
    if (await fetchOne(wallet, notice, content)) came.push(notice)
  }
  return came
}

async function fetchOne(wallet: Wallet, notice: Notice, content: ContentAtHand): Promise<boolean> {
  const { purse, index } = notice
  let bytes: Uint8Array
  try {
    bytes = await fetchPiece(wallet, purse, index, content.pieceLength(index))
  } catch (error) {
    if (!(error instanceof Refusal) || ERRORS[error.code].retry) throw error
    wallet.court.notices.update(notice, { outcome: 'undelivered' })
    wallet.note('notice', `The provider does not give us piece ${index}: ${error.message}`)
    return false
  }
  if (!(await content.give(index, bytes))) throw new FloodgateError('junk-piece', String(index))
  return true
}

/**
 * Asks a person at the provider to look at our conviction again, with messages that speak for us (W15). Resolves with the
 * outcome: `appeal`. Throws `unknown-complaint` when there is no such conviction.
 */
export async function appeal(
  wallet: Wallet,
  complaint: Uint8Array,
  frames: Uint8Array[] = []
): Promise<string> {
  const { outcome } = await answerComplaint(wallet, {
    complaint,
    bitmap: new Uint8Array(0),
    frames
  })
  wallet.note('appeal', `${toHex(complaint)}: ${outcome}`)
  await wallet.saved()
  return outcome
}

/** For people: what it is about, and what it may lead to (W15). */
function textOf({ kind, index, accuser, outcome, due, strikes, strikesMax }: Notice): string {
  const until = due > 0 ? ` until ${new Date(due).toISOString()}` : ''
  if (outcome === 'revoked') {
    const why = isErrorCode(kind) ? ` ${ERRORS[kind].text}` : ''
    return `The provider has revoked this account${until}: ${kind}.${why} It may be appealed.`
  }
  const counted = strikes > 0 ? ` Left unanswered so far: ${strikes} of ${strikesMax}.` : ''
  return `${toHex(accuser)} says "${kind}" of piece ${index} (${outcome}${until}).${counted}`
}
