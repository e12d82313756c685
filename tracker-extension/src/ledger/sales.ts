// What sellers have claimed from a purse: the chain of sales, and debts that the buyer's balance pays. Pure rules.
import { type Occasion, balance, post } from './posting.ts'
import { type LedgerView, type PurseRow, type SaleRow, keyOf, peerAccount } from './rows.ts'

/** All sales of a purse, in the order in which the sellers first claimed. */
export function salesOf(
  view: LedgerView,
  purseId: string,
  purse: PurseRow
): [payee: string, sale: SaleRow][] {
  const found: [string, SaleRow][] = []
  for (let payee = purse.lastPayee; payee;) {
    const sale = view.get('sale', keyOf(purseId, payee))
    if (!sale) break
    found.push([payee, sale])
    payee = sale.previousPayee
  }
  return found.reverse()
}

/** Pays as many of the owed tokens as the buyer's balance covers: buyer → payee. Returns how many. */
export function payOwed(
  view: LedgerView,
  occasion: Occasion,
  purse: PurseRow,
  payee: string,
  owed: number
): number {
  if (owed === 0) return 0
  const debit = peerAccount(purse.uid)
  const affordable = balance(view, debit) / purse.priceMinor
  const paid = affordable < BigInt(owed) ? Number(affordable) : owed
  const amountMinor = purse.priceMinor * BigInt(paid)
  post(view, occasion, { debit, credit: peerAccount(payee), amountMinor })
  return paid
}
