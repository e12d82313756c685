// Reads of sealed contents: what may be pushed, and whose keys were sold. Pure.
import { budgetOf } from './push.ts'
import { type ScanView, keyOf } from './rows.ts'

/** Did the provider pay a purse of this content for this account? */
function isPushed(view: ScanView, infoHash: string, uid: string): boolean {
  return view.get('pushed', keyOf(infoHash, uid)) !== undefined
}

export interface KeySale {
  uid: string
  group: number
  priceMinor: bigint
  at: number
}

/** Sales of the keys of a content behind the account `after` ('' = from the first). */
function keySales(view: ScanView, infoHash: string, after: string, limit: number): KeySale[] {
  const prefix = keyOf(infoHash, '')
  const found: KeySale[] = []
  for (const [key, { group, priceMinor, at }] of view.rows('keySale', prefix + after)) {
    if (!key.startsWith(prefix) || found.length >= limit) break
    found.push({ uid: key.slice(prefix.length), group, priceMinor, at })
  }
  return found
}

export const pushReads = { pushBudget: budgetOf, isPushed, keySales }
