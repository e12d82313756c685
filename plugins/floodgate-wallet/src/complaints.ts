// Pursues our complaints: files them, proves that we have the piece, and books what the court paid. Each step may be
// repeated after a crash or a lost answer (G14). What our own judge dismisses is not filed: a complaint that proves
// nothing only counts against who files it.

import {
  ERRORS,
  FloodgateError,
  decode,
  equal,
  isErrorCode,
  judge,
  possessionProof,
  toHex,
  type Evidence,
  type Facts,
  type Message
} from '@floodgate/protocol'
import type { ContentsAtHand } from './contents.ts'
import { fileComplaint, provePossession, signComplaint } from './court-client.ts'
import { STAGES, type Dispute, type Stage } from './disputes.ts'
import { Refusal } from './http.ts'
import { byItsClock } from './provider-client.ts'
import type { Wallet } from './wallet.ts'

/** A complaint that was signed longer ago is signed anew: the provider wants fresh ones. */
const FRESH_MS = 5 * 60e3

type Step = (
  wallet: Wallet,
  dispute: Dispute,
  contents: ContentsAtHand
) => Promise<Message<'verdict'> | undefined>

const STEPS: Record<Stage, Step | undefined> = {
  due: file,
  challenge: prove,
  proved: prove, // said again, it tells whether the buyer accepted
  settled: undefined,
  guilty: undefined,
  dismissed: undefined
}

/**
 * Goes one step on with a complaint of ours. True when it stands elsewhere now. Throws `unreachable` and whatever else
 * may pass; what the provider refuses for good ends the case.
 */
export async function pursue(
  wallet: Wallet,
  dispute: Dispute,
  contents: ContentsAtHand
): Promise<boolean> {
  const before = dispute.stage
  if (STAGES[before] && isPaid(wallet, dispute)) end(wallet, dispute, 'dismissed', 'already-paid')
  try {
    const verdict = await STEPS[dispute.stage]?.(wallet, dispute, contents)
    if (verdict !== undefined) take(wallet, dispute, verdict)
  } catch (error) {
    // A provider without a court may have one some day.
    const isFinal =
      error instanceof Refusal && !ERRORS[error.code].retry && error.code !== 'not-found'
    if (!isFinal) throw error
    end(wallet, dispute, 'dismissed', error.code)
  }
  await wallet.saved()
  return dispute.stage !== before
}

async function file(
  wallet: Wallet,
  dispute: Dispute,
  contents: ContentsAtHand
): Promise<Message<'verdict'> | undefined> {
  const judgement = await judge(evidenceOf(wallet, dispute), factsOf(wallet, dispute, contents))
  if (judgement.outcome === 'dismissed') {
    end(wallet, dispute, 'dismissed', judgement.code)
    return undefined
  }
  return byItsClock(wallet, async () => {
    await sign(wallet, dispute)
    return fileComplaint(wallet, dispute.complaint)
  })
}

/** Who complains of what it has a receipt for convicts itself: a debt that was paid meanwhile is no case any more (I5). */
function isPaid(wallet: Wallet, { kind, purse, index }: Dispute): boolean {
  return kind === 'unpaid' && wallet.sales.get(purse)?.owed.has(index) !== true
}

/** The complaint is durable before it is filed: after a crash the same one is filed again. */
async function sign(wallet: Wallet, dispute: Dispute): Promise<void> {
  const { count } = evidenceOf(wallet, dispute)
  // Claims may have gone out since: a count below what the provider knows of is no evidence any more.
  const said = dispute.complaint.length === 0 ? undefined : decode(dispute.complaint, 'complaint')
  const isFresh = said !== undefined && Math.abs(wallet.now() - said.message.time) < FRESH_MS
  if (isFresh && said.message.count === count) return
  // Looked up and counted in one go: a payment that comes later has a higher count.
  if (isPaid(wallet, dispute)) throw new FloodgateError('already-paid')
  const { kind, accused, infoHash, purse, index, frames } = dispute
  const body = { kind, accused, infoHash, purse, index, count, frames }
  const complaint = await signComplaint(wallet, body)
  wallet.court.disputes.update(dispute, { complaint })
  await wallet.saved()
}

async function prove(
  wallet: Wallet,
  dispute: Dispute,
  contents: ContentsAtHand
): Promise<Message<'verdict'> | undefined> {
  const content = contents(dispute.infoHash)
  if (content?.has(dispute.index) !== true) return undefined // not now: another day the content is open
  const piece = await content.read(dispute.index)
  const proof = possessionProof(wallet.crypto, dispute.nonce, piece)
  return provePossession(wallet, dispute.id, proof)
}

function evidenceOf(wallet: Wallet, dispute: Dispute): Evidence {
  const { kind, accused, infoHash, purse, index, frames } = dispute
  const count = wallet.sales.get(purse)?.count ?? 0
  return { kind, accuser: wallet.uid, accused, infoHash, purse, index, count, frames }
}

/** What we know ourselves: our purses, the purses shown to us, and whose key signed the evidence. */
function factsOf(wallet: Wallet, dispute: Dispute, contents: ContentsAtHand): Facts {
  const keys = [dispute.certificate, wallet.certificate].map(
    (frame) => decode(frame, 'certificate').message
  )
  return {
    crypto: wallet.crypto,
    provider: wallet.provider,
    signKeys: (uid) => keys.filter((key) => equal(key.uid, uid)).map(({ signKey }) => signKey),
    purse: (id) => wallet.sales.get(id)?.purse ?? wallet.purses.get(id)?.certificate,
    pieceHash: (infoHash, index) => contents(infoHash)?.pieceHash(index)
  }
}

const OUTCOMES: Record<string, Stage> = {
  challenge: 'challenge',
  proved: 'proved',
  settled: 'settled',
  guilty: 'guilty',
  dismissed: 'dismissed'
}

function take(wallet: Wallet, dispute: Dispute, verdict: Message<'verdict'>): void {
  const { outcome, nonce, credited, complaint: id } = verdict
  const stage = Object.hasOwn(OUTCOMES, outcome) ? OUTCOMES[outcome]! : dispute.stage
  const code = isErrorCode(verdict.code) ? verdict.code : ''
  if (stage === 'settled') settle(wallet, dispute, credited)
  if (stage === 'challenge' || stage === 'proved') {
    // The nonce of the challenge is what every later proof answers.
    const asked =
      stage === 'challenge' || dispute.nonce.length === 0 ? { nonce: nonce.slice() } : {}
    if (stage !== dispute.stage) {
      wallet.court.disputes.update(dispute, { stage, code, id: id.slice(), ...asked })
    }
    return
  }
  const isOurs = stage === 'guilty' && equal(verdict.guilty, wallet.uid)
  end(wallet, dispute, isOurs ? 'dismissed' : stage, code, credited)
}

/** The debt is gone, and with it the disgrace (F57). */
function settle(wallet: Wallet, { purse, index, accused }: Dispute, credited: bigint): void {
  wallet.sales.get(purse)?.settle(index, credited)
  const entry = wallet.blacklist.has(accused, wallet.now())
  if (entry?.reason === 'unpaid' && wallet.sales.owedBy(accused) === 0) {
    wallet.blacklist.remove(accused)
  }
}

const ENDS: Partial<Record<Stage, string>> = {
  settled: 'The provider paid us the piece out of the buyer’s purse.',
  guilty: 'The provider found the offence proven and revoked the account.',
  dismissed: 'The provider did not follow our complaint.'
}

function end(
  wallet: Wallet,
  dispute: Dispute,
  stage: Stage,
  code: Dispute['code'],
  credited = 0n
): void {
  wallet.court.disputes.update(dispute, { stage, code, credited })
  const why = stage === 'dismissed' && code !== '' ? ` ${ERRORS[code].text}` : ''
  const { kind, accused, index } = dispute
  wallet.note('verdict', `${kind}, piece ${index}, ${toHex(accused)}: ${ENDS[stage]}${why}`)
}
