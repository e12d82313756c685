// Shares what claims bring between seller and provider (F4, F48). The seller's part is rounded down, and what that leaves is
// carried to its next claim, in millionths of a minor unit: after any number of claims the seller has exactly
// ⌊sum × share⌋, the provider the rest, and both together the whole. Pure.
import { type Occasion, post } from './posting.ts'
import { type LedgerView, escrow, peerAccount, providerAccount } from './rows.ts'

/** The whole. A share of any other denominator that divides it is exact; so the carry outlives a change of the split. */
export const wholeMillionths = 1_000_000
const whole = BigInt(wholeMillionths)

export interface Shared {
  sellerMinor: bigint
  providerMinor: bigint
  /** Below a million. */
  carriedMillionths: number
}

/** `carriedMillionths`: what earlier claims of this seller left. The parts add up to the amount. */
export function shareOut(
  amountMinor: bigint,
  sellerMillionths: number,
  carriedMillionths: number
): Shared {
  const exact = amountMinor * BigInt(sellerMillionths) + BigInt(carriedMillionths)
  const sellerMinor = exact / whole
  return {
    sellerMinor,
    providerMinor: amountMinor - sellerMinor,
    carriedMillionths: Number(exact - sellerMinor * whole)
  }
}

/** Escrow → seller and provider; answers the parts. */
export function payClaim(
  view: LedgerView,
  occasion: Occasion,
  { payee, amountMinor, sellerMillionths }: ClaimPay
): { sellerMinor: bigint; providerMinor: bigint } {
  const carried = view.get('carry', payee)?.millionths ?? 0
  const { sellerMinor, providerMinor, carriedMillionths } = shareOut(
    amountMinor,
    sellerMillionths,
    carried
  )
  const part = { debit: escrow, credit: peerAccount(payee), amountMinor: sellerMinor }
  post(view, occasion, part)
  const share = { debit: escrow, credit: providerAccount, amountMinor: providerMinor }
  post(view, { ...occasion, kind: 'share' }, share)
  if (carriedMillionths !== carried) view.put('carry', payee, { millionths: carriedMillionths })
  return { sellerMinor, providerMinor }
}

interface ClaimPay {
  payee: string
  amountMinor: bigint
  sellerMillionths: number
}
