// What a policy would have paid, had it stood from the first line of the journal on: the journal is replayed line by line with
// the policy's runs between. Nothing is written. Each account's shares add up to what it earned, or this throws.

import { journalLines, type LedgerStore } from '../ledger/index.ts'
import { FloodgateError } from '@floodgate/protocol'
import { nextRun, type PayoutSetup } from './options.ts'
import { payOf, type Share, type Standing } from './policy.ts'
import { Standings } from './standings.ts'

export interface AccountReplay {
  uid: string
  /** Of all runs. */
  paidMinor: bigint
  payouts: number
  /** How the balance, less what was paid, stands after the last run. */
  shares: Share[]
  balanceMinor: bigint
}

export interface PolicyReplay {
  lines: number
  runs: number
  paidMinor: bigint
  accounts: AccountReplay[]
}

const PAYOUT_KINDS: ReadonlySet<string> = new Set(['requested', 'paid', 'failed', 'returned'])

/** A run at each time of the schedule, and one at `now`. Without a schedule, the one at `now`. */
export async function replayPolicy(
  { policy, schedule }: Pick<PayoutSetup, 'policy' | 'schedule'>,
  store: LedgerStore,
  now: number
): Promise<PolicyReplay> {
  const standings = new Standings(policy.windowMs)
  const simulated = new Map<string, { at: number; amountMinor: bigint }[]>()
  const accounts = new Map<string, AccountReplay>()
  let runs = 0
  const run = (at: number): void => {
    runs++
    for (const standing of standings.all(at)) {
      const paid = simulated.get(standing.uid) ?? []
      const account = runOne(policy.share, standing, paid, at)
      simulated.set(standing.uid, paid)
      accounts.set(standing.uid, account)
    }
  }
  let due: number | undefined
  const after = (at: number): number | undefined =>
    schedule && nextRun(schedule, new Date(at))?.getTime()
  for await (const line of journalLines(store)) {
    due ??= after(line.at)
    while (due !== undefined && due <= line.at) {
      run(due)
      due = after(due)
    }
    // Payouts that were really made are no part of what would have been.
    if (PAYOUT_KINDS.has(line.kind)) standings.read = line.seq
    else standings.add(line)
  }
  for (; due !== undefined && due < now; due = after(due)) run(due)
  run(now)
  const list = [...accounts.values()]
  const paidMinor = list.reduce((sum, one) => sum + one.paidMinor, 0n)
  return { lines: standings.read, runs, paidMinor, accounts: list }
}

/** `paid` is what was paid in earlier runs, and grows by this one. */
function runOne(
  share: (standing: Standing, now: number) => Share[],
  standing: Standing,
  paid: { at: number; amountMinor: bigint }[],
  now: number
): AccountReplay {
  const before = paid.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
  const left = (minor: bigint): bigint => (minor > before ? minor - before : 0n)
  const balanceMinor = left(standing.balanceMinor)
  const withdrawableMinor = left(standing.withdrawableMinor)
  const shares = share({ ...standing, balanceMinor, withdrawableMinor, paid }, now)
  const payMinor = payOf(shares)
  if (payMinor > 0n) paid.push({ at: now, amountMinor: payMinor })
  const kept = shares.filter(({ reason }) => reason !== 'pay')
  const paidMinor = before + payMinor
  const sum = kept.reduce((all, { amountMinor }) => all + amountMinor, paidMinor)
  if (sum !== before + balanceMinor) throw new FloodgateError('internal', standing.uid)
  const { uid } = standing
  return {
    uid,
    paidMinor,
    payouts: paid.length,
    shares: kept,
    balanceMinor: balanceMinor - payMinor
  }
}
