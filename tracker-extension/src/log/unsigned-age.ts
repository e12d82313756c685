// How far the newest signed head is behind the journal: what says that signing got stuck, and what a readiness probe asks.

import type { LedgerStore } from '../ledger/index.ts'

/** `size`: lines under the newest head; `at`: when it was signed, 0 if none was; `unsignedMs`: age of the oldest line behind it. */
export interface HeadAge {
  size: number
  at: number
  unsignedMs: number
}

export async function headAge(store: LedgerStore, now: number): Promise<HeadAge> {
  const { size = 0, at = 0 } = (await store.head()) ?? {}
  const [line] = await store.journal(size, 1)
  return { size, at, unsignedMs: line === undefined ? 0 : Math.max(0, now - line.at) }
}
