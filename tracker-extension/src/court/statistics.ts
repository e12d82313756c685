// What is no proof but counts (F58): cases that an account was told of and left unanswered while it was there. Only strikes
// from many different accounts ban, and every strike is told of before the next (W15). No single word bans anybody (I5).

import { fromHex } from '@floodgate/protocol'
import type { Court } from './court.ts'
import { BAN_MS } from './revocations.ts'

/** Different accounts whose cases against `uid` were left unanswered. */
export async function strikesOf(court: Court, uid: string): Promise<number> {
  const strikes = await court.store.strikes(uid, court.now() - BAN_MS)
  return new Set(strikes.map(({ accuser }) => accuser)).size
}

/** Bans an account whose strikes are full; `complaintId` is the last of them. */
export async function banIfFull(court: Court, uid: string, complaintId: string): Promise<void> {
  if ((await strikesOf(court, uid)) < court.strikesMax) return
  const word = { reason: 'unpaid', evidence: fromHex(complaintId), at: court.now() }
  await court.revocations.revoke(uid, word)
}

/** An answer took a strike away: who was banned by strikes, and has fewer now, is free again. */
export async function liftIfCleared(court: Court, uid: string): Promise<void> {
  const entry = await court.revocations.of(uid)
  if (entry?.reason !== 'unpaid' || (await strikesOf(court, uid)) >= court.strikesMax) return
  await court.revocations.lift(uid, 'appeal', false)
}
