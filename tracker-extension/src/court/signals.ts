// What a person should look at (F66): none of it is a proof, none of it bans anybody. Pure functions over sums; the
// thresholds are rough on purpose, for whoever reads the list decides.

import { uidOfAccount, type ComplaintSummary, type JournalLine } from '../ledger/index.ts'

/** `share`: of what, see the kind. */
export interface Signal {
  kind: 'sink' | 'circle' | 'shared-handle' | 'registrations' | 'dismissed'
  /** In hex. */
  uids: string[]
  /** One sentence for the operator. */
  text: string
}

/** Money that moved from buyers to sellers, in minor units. */
export class Flows {
  readonly #buyers = new Map<string, string>()
  readonly #pairs = new Map<string, Map<string, bigint>>()

  add({ kind, ref, purseId, debit, credit, amountMinor }: JournalLine): void {
    const [from, to] = [uidOfAccount(debit), uidOfAccount(credit)]
    if (kind === 'purchase' && from !== undefined) this.#buyers.set(purseId, from)
    // The provider paid it; who holds it is told by content and account.
    if (kind === 'pushed') this.#buyers.set(purseId, ref.split(' ')[1]!)
    if (kind === 'purchase' || kind === 'deposit' || to === undefined) return
    const buyer = from ?? this.#buyers.get(purseId)
    // What a closed purse gives back is no sale.
    if (buyer === undefined || buyer === to) return
    const sellers = this.#pairs.get(buyer) ?? new Map<string, bigint>()
    this.#pairs.set(buyer, sellers.set(to, (sellers.get(to) ?? 0n) + amountMinor))
  }

  of(buyer: string, seller: string): bigint {
    return this.#pairs.get(buyer)?.get(seller) ?? 0n
  }

  *pairs(): Generator<[buyer: string, seller: string, minor: bigint]> {
    for (const [buyer, sellers] of this.#pairs) {
      for (const [seller, minor] of sellers) yield [buyer, seller, minor]
    }
  }
}

/** An account that earned this share of all, from at least so many buyers. */
const SINK_SHARE = 0.25
const SINK_BUYERS_MIN = 5
/** Of what either of two accounts earned, this share came from the other. */
const CIRCLE_SHARE = 0.5
/** Accounts behind one payment handle. */
export const SAME_HANDLE_MIN = 3
/** Registrations within ten minutes. */
const BURST = 60
const BURST_MS = 10 * 60e3
/** Complaints that came to nothing. */
const DISMISSED_MIN = 10

const shareOf = (part: bigint, whole: bigint): number =>
  whole === 0n ? 0 : Number((part * 1000n) / whole) / 1000
const percent = (share: number): string => `${Math.round(share * 100)} %`

/**
 * Many tokens that flow into one account, and money that goes in a circle between two. That the provider's own seeders
 * (`own`, uids in hex) sell much is their purpose.
 */
export function flowSignals(flows: Flows, own: ReadonlySet<string> = new Set()): Signal[] {
  const earned = new Map<string, { minor: bigint; buyers: number }>()
  let all = 0n
  for (const [, seller, minor] of flows.pairs()) {
    const { minor: sum, buyers } = earned.get(seller) ?? { minor: 0n, buyers: 0 }
    earned.set(seller, { minor: sum + minor, buyers: buyers + 1 })
    all += minor
  }
  const signals: Signal[] = []
  for (const [uid, { minor, buyers }] of earned) {
    const share = shareOf(minor, all)
    if (share < SINK_SHARE || buyers < SINK_BUYERS_MIN || own.has(uid)) continue
    const text = `earned ${percent(share)} of all that was paid, from ${buyers} accounts`
    signals.push({ kind: 'sink', uids: [uid], text })
  }
  for (const [one, two, minor] of flows.pairs()) {
    if (one > two) continue
    const back = flows.of(two, one)
    const least = Math.min(
      shareOf(minor, earned.get(two)?.minor ?? 0n),
      shareOf(back, earned.get(one)?.minor ?? 0n)
    )
    if (least < CIRCLE_SHARE) continue
    const text = `each earned at least ${percent(least)} of its money from the other`
    signals.push({ kind: 'circle', uids: [one, two], text })
  }
  return signals
}

export function handleSignals(shared: { handle: string; uids: string[] }[]): Signal[] {
  return shared.map(({ uids }) => ({
    kind: 'shared-handle',
    uids: uids.slice(0, 100),
    text: `${uids.length} accounts have one payment handle`
  }))
}

/** Most registrations within ten minutes; `times` ascending, Unix milliseconds. */
export function burstSignals(times: readonly number[]): Signal[] {
  let most = 0
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last]! - times[first]! > BURST_MS) first++
    most = Math.max(most, last - first + 1)
  }
  if (most < BURST) return []
  return [{ kind: 'registrations', uids: [], text: `${most} accounts registered in ten minutes` }]
}

/** Accounts many of whose complaints were dismissed, or answered with a proof of payment. */
export function complaintSignals(complaints: Iterable<ComplaintSummary>): Signal[] {
  const idle = new Map<string, number>()
  for (const { accuser, outcome, answered } of complaints) {
    const isIdle = outcome === 'dismissed' || (answered !== 0 && outcome !== 'settled')
    if (isIdle) idle.set(accuser, (idle.get(accuser) ?? 0) + 1)
  }
  return [...idle]
    .filter(([, count]) => count >= DISMISSED_MIN)
    .map(([uid, count]) => ({
      kind: 'dismissed',
      uids: [uid],
      text: `${count} complaints came to nothing`
    }))
}
