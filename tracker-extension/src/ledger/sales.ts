// What sellers have claimed from a purse: the chain of sales, and debts that the buyer's balance pays. Pure rules.
import { type Occasion, balance, post } from './posting.ts'
import { type LedgerView, type PurseRow, type SaleRow, escrow, keyOf, peerAccount } from './rows.ts'

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

/** The tokens that the sale's voucher proves. */
export const provedOf = ({ voucherClaimed, claimed }: SaleRow): Uint8Array =>
  voucherClaimed.length > 0 ? voucherClaimed : claimed

/**
 * Pays as many of the owed tokens as the purse's collateral and then the buyer's balance cover, and answers how many. A
 * buyer needs each piece once, so a collateral of the whole price covers every honest seller.
 */
export function payOwed(
  view: LedgerView,
  occasion: Occasion,
  purseId: string,
  payee: string,
  owed: number
): number {
  if (owed === 0) return 0
  const purse = view.get('purse', purseId)!
  const { priceMinor, collateralMinor } = purse
  const credit = peerAccount(payee)
  const pledged = atMost(owed, collateralMinor / priceMinor)
  if (pledged > 0) {
    const amountMinor = priceMinor * BigInt(pledged)
    post(view, occasion, { debit: escrow, credit, amountMinor })
    view.put('purse', purseId, { ...purse, collateralMinor: collateralMinor - amountMinor })
  }
  const debit = peerAccount(purse.uid)
  const paid = atMost(owed - pledged, balance(view, debit) / priceMinor)
  post(view, occasion, { debit, credit, amountMinor: priceMinor * BigInt(paid) })
  return pledged + paid
}

/** Money came back to the buyer: what he owes the sellers of this purse is paid out of it. */
export function payDebts(view: LedgerView, occasion: Occasion, purseId: string): void {
  for (const [payee, sale] of salesOf(view, purseId, view.get('purse', purseId)!)) {
    if (sale.owed === 0) continue
    const paid = payOwed(view, occasion, purseId, payee, sale.owed)
    if (paid > 0) view.put('sale', keyOf(purseId, payee), { ...sale, owed: sale.owed - paid })
  }
}

const atMost = (count: number, affordable: bigint): number =>
  affordable < BigInt(count) ? Number(affordable) : count
