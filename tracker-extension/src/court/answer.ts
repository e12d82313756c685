// What the accused says. He accepts and pays, or shows that he paid: this seller, whose own receipt then convicts it if
// it had complained all the same (F63, I5), or another seller for the same piece. Whoever is convicted may appeal.

import {
  FloodgateError,
  countBits,
  decode,
  hasBit,
  isBitmapOf,
  equal,
  fromHex,
  judgeAnswer,
  paidHash,
  toHex,
  verifySignature,
  type Answer,
  type Judgement
} from '@floodgate/protocol'
import type { Complaint } from '../ledger/index.ts'
import { accountOf, readSigned } from '../mint/mint.ts'
import type { Court } from './court.ts'
import { evidenceOf, gatherFacts } from './facts.ts'
import { liftIfCleared } from './statistics.ts'
import { punish, signVerdict, type Told } from './verdict.ts'

/**
 * Answers a sealed `answer` with the `verdict` as it stands now; `void` says that it is no strike, `appeal` that a person
 * will look at it. Throws `unknown-complaint`, `bad-evidence` (the answer proves nothing), `too-many-requests`,
 * `cannot-open` and what `readSigned` throws.
 */
export async function hearAnswer(court: Court, sealed: Uint8Array): Promise<Uint8Array> {
  const bytes = court.issuer.open(sealed)
  const { message, account } = await readSigned(court, 'answer', bytes)
  const complaint = await court.store.complaint(toHex(message.complaint))
  if (complaint === undefined) throw new FloodgateError('unknown-complaint')
  const isAccused = complaint.accused === account.uid && complaint.charge === 'unpaid'
  const isConvicted = complaint.guilty === account.uid
  if (!isConvicted && !isAccused) throw new FloodgateError('unknown-complaint')
  // Of this case alone: others could file so many that no answer would be heard any more (I5).
  court.quota.take(`${account.uid} ${complaint.complaintId}`, court.now())
  const told = isConvicted
    ? await appeal(court, complaint, bytes)
    : await answer(court, complaint, message, bytes)
  return signVerdict(court, told, bytes)
}

/** The proof is in; what a person should weigh goes to the operator's list. */
async function appeal(court: Court, complaint: Complaint, answer: Uint8Array): Promise<Told> {
  const { complaintId, guilty: uid } = complaint
  await court.store.execute({ kind: 'appeal', uid, complaintId, answer, now: court.now() })
  return { ...complaint, outcome: 'appeal' }
}

async function answer(
  court: Court,
  complaint: Complaint,
  given: Answer,
  acceptance: Uint8Array
): Promise<Told> {
  const { complaintId, outcome } = complaint
  if (outcome === 'dismissed' || outcome === 'guilty') return complaint
  const now = court.now()
  if (given.frames.length === 0 && given.bitmap.length === 0) {
    const settled = await court.store.execute({ kind: 'settle', complaintId, acceptance, now })
    await liftIfCleared(court, complaint.accused)
    return settled.complaint
  }
  const judgement = await weigh(court, complaint, given)
  if (judgement.outcome !== 'void' && judgement.outcome !== 'guilty') {
    throw new FloodgateError('bad-evidence', judgement.code)
  }
  const { outcome: found, code } = judgement
  const done = await court.store.execute({ kind: 'answer', complaintId, outcome: found, code, now })
  await punish(court, done.complaint)
  await liftIfCleared(court, complaint.accused)
  return found === 'void' ? { ...done.complaint, outcome: 'void' } : done.complaint
}

async function weigh(court: Court, complaint: Complaint, given: Answer): Promise<Judgement> {
  const evidence = evidenceOf(decode(complaint.evidence, 'complaint').message)
  const judgement = await judgeAnswer(evidence, given, await gatherFacts(court, evidence))
  if (judgement.outcome !== 'dismissed' || !(await paidAnother(court, complaint, given))) {
    return judgement
  }
  return { outcome: 'void', code: 'already-paid' }
}

/**
 * A voucher of the buyer over this piece, to another seller: he need not pay twice (I3). If that voucher is never
 * claimed, the case is paid when the purse closes, so a false one gains nothing.
 */
async function paidAnother(court: Court, complaint: Complaint, given: Answer): Promise<boolean> {
  const { crypto, store, issuer } = court
  const frame = given.frames[0]
  const purse = await store.purse(complaint.purseId)
  if (frame === undefined || given.frames.length !== 1 || purse === undefined) return false
  try {
    const { message } = decode(frame, 'voucher')
    const buyer = await accountOf(court, fromHex(complaint.accused))
    const fits =
      equal(message.provider, issuer.provider) &&
      equal(message.signer, fromHex(buyer.uid)) &&
      !equal(message.payee, message.signer) &&
      equal(message.purse, fromHex(purse.purseId)) &&
      isBitmapOf(given.bitmap, purse.pieces) &&
      countBits(given.bitmap) === message.count &&
      equal(message.paid, paidHash(crypto, given.bitmap)) &&
      hasBit(given.bitmap, complaint.index)
    if (fits) await verifySignature(crypto, frame, buyer.signKey)
    return fits
  } catch (error) {
    if (error instanceof FloodgateError) return false
    throw error
  }
}
