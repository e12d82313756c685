// The court as the operator sees it: what is open, who has strikes, who is revoked and appeals, and what looks odd. It
// reads through all cases and the journal, so it is for a person now and then.

import { toHex } from '@floodgate/protocol'
import { journalLines, type ComplaintSummary } from '../ledger/index.ts'
import type { Court } from './court.ts'
import {
  Flows,
  SAME_HANDLE_MIN,
  burstSignals,
  complaintSignals,
  flowSignals,
  handleSignals,
  type Signal
} from './signals.ts'
import { strikesOf } from './statistics.ts'

/** Cases and accounts that are listed. */
const LISTED_MAX = 200

/** Ids in hex, times in Unix milliseconds, amounts as decimal text. */
export interface CourtJson {
  counts: Record<string, number>
  open: CaseJson[]
  /** As open, but the accused has shown that it paid: nobody has to act. */
  answered: CaseJson[]
  strikes: { uid: string; strikes: number; strikesMax: number }[]
  revoked: { uid: string; reason: string; evidence: string; until: number }[]
  /** Of the revoked, who asked for another look at which complaint. */
  appeals: { uid: string; complaint: string; at: number; bytes: number }[]
  signals: Signal[]
}

export interface CaseJson {
  complaint: string
  kind: string
  accuser: string
  accused: string
  infoHash: string
  purse: string
  index: number
  outcome: string
  code: string
  at: number
}

const caseJson = (one: ComplaintSummary): CaseJson => {
  const { complaintId: complaint, charge: kind, purseId: purse, ...rest } = one
  const { accuser, accused, infoHash, index, outcome, code, at } = rest
  return { complaint, kind, accuser, accused, infoHash, purse, index, outcome, code, at }
}

export async function courtJson(court: Court): Promise<CourtJson> {
  const { store } = court
  const cases = await allCases(court)
  const undecided = cases.filter(({ outcome }) => outcome === 'challenge' || outcome === 'proved')
  const open = undecided.filter(({ answered }) => answered === 0)
  const answered = undecided.filter((one) => one.answered !== 0)
  const counts: Record<string, number> = {}
  for (const { outcome } of cases) counts[outcome] = (counts[outcome] ?? 0) + 1
  const revoked = await court.revocations.all()
  const isRevoked = new Set(revoked.map(({ uid }) => uid))
  const appeals = (await store.appeals()).filter(({ uid }) => isRevoked.has(uid))
  return {
    counts,
    open: open.slice(0, LISTED_MAX).map(caseJson),
    answered: answered.slice(0, LISTED_MAX).map(caseJson),
    strikes: await strikesJson(court, cases),
    revoked: revoked.slice(0, LISTED_MAX).map(({ uid, reason, evidence, until }) => ({
      uid,
      reason,
      evidence: toHex(evidence),
      until
    })),
    appeals: appeals.slice(0, LISTED_MAX).map(({ uid, complaintId, at, answer }) => ({
      ...{ uid, complaint: complaintId, at, bytes: answer.length }
    })),
    signals: await signals(court, cases)
  }
}

export async function allCases({ store }: Court): Promise<ComplaintSummary[]> {
  const cases: ComplaintSummary[] = []
  for (;;) {
    const page = await store.complaints(cases.at(-1)?.complaintId)
    cases.push(...page)
    if (page.length === 0) return cases
  }
}

async function strikesJson(court: Court, cases: ComplaintSummary[]): Promise<CourtJson['strikes']> {
  const accused = new Set(cases.filter(({ due }) => due !== 0).map(({ accused: uid }) => uid))
  const rows: CourtJson['strikes'] = []
  for (const uid of accused) {
    const strikes = await strikesOf(court, uid)
    if (strikes > 0) rows.push({ uid, strikes, strikesMax: court.strikesMax })
  }
  return rows.sort((a, b) => b.strikes - a.strikes).slice(0, LISTED_MAX)
}

async function signals(court: Court, cases: ComplaintSummary[]): Promise<Signal[]> {
  const { store, arrivals, ownSeeders } = court
  const flows = new Flows()
  for await (const line of journalLines(store)) flows.add(line)
  const found = [
    ...flowSignals(flows, ownSeeders),
    ...handleSignals(await store.sharedHandles(SAME_HANDLE_MIN)),
    ...burstSignals(arrivals.times),
    ...complaintSignals(cases)
  ]
  return found.slice(0, LISTED_MAX)
}
