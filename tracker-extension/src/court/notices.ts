// What an account is told: why it is revoked, the cases that wait for its answer, and its strikes. Every automatic act
// against an account stands here with the id of its evidence, and where possible before it hits (W15).

import { FloodgateError, NOTICES_MAX, fromHex, toHex, type Message } from '@floodgate/protocol'
import type { ComplaintSummary } from '../ledger/index.ts'
import { expectFresh, readSigned } from '../mint/mint.ts'
import type { Court } from './court.ts'
import { BAN_MS } from './revocations.ts'
import { banIfFull, strikesOf } from './statistics.ts'

type Notice = Message<'notices'>['items'][number]

const LIFE_MS = 10 * 60e3
/** Not every announce has to be written down: this part of the time to answer is exact enough. */
const TOLD_AGAIN = 0.1

/**
 * Answers an `accountRequest` for `notices` of its signer, also a revoked one. Throws `bad-request`, `clock`, `replayed`
 * and what `readSigned` throws.
 */
export async function hearNotices(court: Court, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(court, 'accountRequest', bytes)
  if (message.what !== 'notices') throw new FloodgateError('bad-request', 'what')
  expectFresh(court, message)
  court.freshness.take(`${account.uid} account`, message, court.now())
  await tell(court, account.uid)
  const items = await noticesOf(court, account.uid)
  const time = court.now()
  return court.issuer.sign(
    'notices',
    { items },
    { session: court.crypto.sha256(bytes), time, expiry: time + LIFE_MS }
  )
}

/** Takes down that the account was told of its cases just now; answers how many notices there are. */
export async function tell(court: Court, uid: string): Promise<number> {
  const now = court.now()
  const [waiting, strikes] = await Promise.all([
    court.store.summons(uid, NOTICES_MAX),
    court.store.strikes(uid, now - BAN_MS)
  ])
  const news = waiting.filter(
    ({ told, due }) => now - told >= court.answerMs * TOLD_AGAIN || (now >= due && told < due)
  )
  if (news.length > 0) {
    const complaintIds = news.map(({ complaintId }) => complaintId)
    const { answerMs } = court
    const { struck } = await court.store.execute({ kind: 'told', uid, complaintIds, answerMs, now })
    const last = struck.at(-1)
    if (last !== undefined) await banIfFull(court, uid, last)
  }
  return Math.min(NOTICES_MAX, waiting.length + strikes.length)
}

async function noticesOf(court: Court, uid: string): Promise<Notice[]> {
  const [revocation, waiting, strikes, count] = await Promise.all([
    court.revocations.of(uid),
    court.store.summons(uid, NOTICES_MAX),
    court.store.strikes(uid, court.now() - BAN_MS),
    strikesOf(court, uid)
  ])
  const { strikesMax } = court
  const item = (complaint: ComplaintSummary, change: Partial<Notice> = {}): Notice => ({
    complaint: fromHex(complaint.complaintId),
    kind: complaint.charge,
    accuser: fromHex(complaint.accuser),
    infoHash: fromHex(complaint.infoHash),
    purse: fromHex(complaint.purseId),
    ...{ index: complaint.index, outcome: complaint.outcome, due: complaint.due },
    ...{ strikes: count, strikesMax, ...change }
  })
  const items = waiting.map((complaint) => item(complaint))
  if (revocation !== undefined) {
    const { reason: kind, until: due } = revocation
    const proof = await court.store.complaint(toHex(revocation.evidence))
    if (proof !== undefined) items.unshift(item(proof, { kind, outcome: 'revoked', due }))
  }
  for (const { complaintId } of strikes.slice(0, Math.max(0, NOTICES_MAX - items.length))) {
    items.push(item((await court.store.complaint(complaintId))!, { outcome: 'strike' }))
  }
  return items.slice(0, NOTICES_MAX)
}
