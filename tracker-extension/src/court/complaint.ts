// Hears complaints (F43, F44, F57, F61): opens the sealed message, gathers the facts, judges, records the case, and answers
// with a signed verdict. The same complaint, or the same case in another, gets the verdict that it got before (G14).

import {
  FloodgateError,
  countBits,
  isOffence,
  judge,
  toHex,
  utf8,
  type ErrorCode,
  type Evidence,
  type Judgement
} from '@floodgate/protocol'
import type { Complaint } from '../ledger/index.ts'
import { readSigned } from '../mint/mint.ts'
import type { Court } from './court.ts'
import { evidenceOf, gatherFacts } from './facts.ts'
import { punish, signVerdict } from './verdict.ts'

/** Reasons to dismiss that no honest accuser meets, for it judged the same evidence before. */
const FALSE_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'bad-evidence',
  'no-offence',
  'same-account'
])

/**
 * Answers a sealed `complaint` with a `verdict`. Throws `cannot-open`, `unknown-account`, `bad-signature`, `wrong-provider`,
 * `bad-evidence` (no such kind), `too-many-requests` and what the codec throws.
 */
export async function hearComplaint(court: Court, sealed: Uint8Array): Promise<Uint8Array> {
  const { crypto, store, strikes, quota, issuer, now } = court
  const bytes = issuer.open(sealed)
  const { message, account } = await readSigned(court, 'complaint', bytes)
  const complaintId = toHex(crypto.sha256(bytes))
  let complaint = await store.complaint(complaintId)
  if (complaint === undefined) {
    strikes.expectFew(account.uid, now())
    quota.take(account.uid, now())
    complaint = await decide(court, complaintId, evidenceOf(message), bytes)
    const { outcome, code } = complaint
    if (outcome === 'dismissed' && FALSE_CODES.has(code)) strikes.add(account.uid, now())
  }
  // Also for a case that is known: a crash may have come between the two.
  await punish(court, complaint)
  return signVerdict(court, complaint, bytes)
}

async function decide(
  court: Court,
  complaintId: string,
  evidence: Evidence,
  bytes: Uint8Array
): Promise<Complaint> {
  if (!isOffence(evidence.kind)) throw new FloodgateError('bad-evidence', 'kind')
  const judgement = await judgeInTime(court, evidence)
  if (judgement.outcome === 'void') throw new FloodgateError('internal', 'a void complaint')
  const { complaint } = await court.store.execute({
    kind: 'complain',
    complaintId,
    charge: evidence.kind,
    accuser: toHex(evidence.accuser),
    accused: toHex(evidence.accused),
    infoHash: toHex(evidence.infoHash),
    purseId: toHex(evidence.purse),
    index: evidence.index,
    count: evidence.count,
    outcome: judgement.outcome,
    code: judgement.code,
    proof: judgement.outcome === 'challenge' ? '' : proofOf(court, evidence),
    nonce: court.crypto.random(32),
    evidence: bytes,
    now: court.now()
  })
  return complaint
}

/** The same frames are the same proof, in whatever order, and whatever index the complaint names. */
function proofOf({ crypto }: Court, { frames }: Evidence): string {
  const hashes = frames.map((frame) => toHex(crypto.sha256(frame))).sort()
  return toHex(crypto.sha256(utf8(hashes.join(' '))))
}

/** The judge's word; but who counts fewer tokens than it has claimed is lying about when it complained. */
async function judgeInTime(court: Court, evidence: Evidence): Promise<Judgement> {
  const sale = await court.store.sale(toHex(evidence.purse), toHex(evidence.accuser))
  const claimed = sale === undefined ? 0 : countBits(sale.claimed) - countBits(sale.settled)
  if (evidence.count < claimed) {
    return { outcome: 'dismissed', code: 'bad-evidence' }
  }
  return judge(evidence, await gatherFacts(court, evidence))
}
