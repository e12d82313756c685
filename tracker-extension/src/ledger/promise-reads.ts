// What is read of promises: pure functions from a view, as in reads.ts.
import type { Measurement } from './promise-commands.ts'
import type { ScanView } from './rows.ts'

function measurement(view: ScanView, purseId: string): Measurement | undefined {
  const row = view.get('measurement', purseId)
  return row && { purseId, ...row }
}

/** Purses whose credit is owed, behind the id `after`. */
function owedCredits(view: ScanView, after: string, limit: number): string[] {
  const found: string[] = []
  for (const [purseId] of view.rows('owedCredit', after)) {
    if (found.length >= limit) break
    found.push(purseId)
  }
  return found
}

/** The provider's own accounts: a handful. */
function ownAccounts(view: ScanView): { uid: string; at: number }[] {
  return Array.from(view.rows('ownAccount'), ([uid, { at }]) => ({ uid, at }))
}

export const promiseReads = { measurement, owedCredits, ownAccounts }
