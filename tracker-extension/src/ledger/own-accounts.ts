// Accounts whose money is the provider's own, as the ledger knows them: what they sold the provider took, and credits may be
// paid out of it. All processes of a provider have this list, and no stranger's word comes into it. Pure rules.
import { popcount } from './bitmap.ts'
import { LedgerError } from './errors.ts'
import type { OwnAccountCommand, PromiseOutcomes } from './promise-commands.ts'
import type { LedgerView, PurseRow } from './rows.ts'
import { salesOf } from './sales.ts'

/** Names an account that is there as the provider's own, for good. */
export function ownAccount(
  view: LedgerView,
  { uid, now }: OwnAccountCommand
): PromiseOutcomes['ownAccount'] {
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const repeated = view.get('ownAccount', uid) !== undefined
  if (!repeated) view.put('ownAccount', uid, { at: now })
  return { uid, repeated }
}

/** What the provider took for a purse, its share of others' claims among it, and which of its own accounts sold. */
export function takenFor(
  view: LedgerView,
  purseId: string,
  purse: PurseRow
): { takenMinor: bigint; own: string[] } {
  const sales = salesOf(view, purseId, purse)
  const rows = readEach(sales, ([payee]) => view.get('ownAccount', payee))
  let takenMinor = 0n
  const own: string[] = []
  for (const [i, [payee, { claimed, owed, sharedMinor }]] of sales.entries()) {
    const isOwn = rows[i] !== undefined
    if (isOwn) own.push(payee)
    takenMinor += isOwn ? purse.priceMinor * BigInt(popcount(claimed) - owed) : sharedMinor
  }
  return { takenMinor, own }
}

/** Reads for every item, whatever fails: so a view that has yet to fetch rows misses all of them at once. */
export function readEach<Item, Found>(
  items: readonly Item[],
  read: (item: Item) => Found
): Found[] {
  const failures: unknown[] = []
  const found = items.flatMap((item) => {
    try {
      return [read(item)]
    } catch (error) {
      failures.push(error)
      return []
    }
  })
  if (failures.length > 0) throw failures[0]
  return found
}
