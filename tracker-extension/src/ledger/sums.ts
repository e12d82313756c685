// The books in a few numbers, for whoever watches them: totals of each kind of account. It reads the accounts only, not the
// journal, so it is no audit.
import type { ScanView } from './rows.ts'

/** Accounts whose names begin alike (`peer` of `peer:…`), and what they stand at together, minor units. */
export interface AccountSums {
  kind: string
  accounts: number
  debitsMinor: bigint
  creditsMinor: bigint
}

/** One for each kind; slow on a great ledger. */
export function sums(view: ScanView): AccountSums[] {
  const kinds = new Map<string, AccountSums>()
  for (const [account, { debits, credits }] of view.rows('account')) {
    const kind = account.split(':', 1)[0]!
    const sum = kinds.get(kind) ?? { kind, accounts: 0, debitsMinor: 0n, creditsMinor: 0n }
    sum.accounts += 1
    sum.debitsMinor += debits
    sum.creditsMinor += credits
    kinds.set(kind, sum)
  }
  return [...kinds.values()]
}
