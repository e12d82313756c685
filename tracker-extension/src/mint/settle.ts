// Settles purses whose time is over: what no seller claimed goes back to the buyer (design §4). Sellers get a day of
// grace after the expiry that the certificate says, for their clocks may be as far off.

import { CLOCK_SLACK_MS } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'

/** Purses in one go. */
const BATCH = 100

/** Closes every purse that expired more than the grace before `now`; answers how many. Errors as of the ledger. */
export async function settleExpired(
  store: LedgerStore,
  now: number,
  graceMs = CLOCK_SLACK_MS
): Promise<number> {
  for (let closed = 0; ;) {
    const due = await store.expired(now - graceMs, BATCH)
    await Promise.all(due.map((purseId) => store.execute({ kind: 'close', purseId, now })))
    closed += due.length
    if (due.length < BATCH) return closed
  }
}
