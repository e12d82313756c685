// A seller's claims become money. Signatures and tokens were checked by the caller; here it is bitmaps and postings.
// The union of all bitmaps of a seller counts (W8), so claims may be repeated and may come in any order.
import { hash } from 'node:crypto'
import { and, andNot, covers, emptyBitmap, fits, indexes, or, popcount } from './bitmap.ts'
import { givenBack } from './cancellation.ts'
import type { Claim, ClaimOutcome, Outcomes, RedeemCommand } from './commands.ts'
import { coverageBitmap, rangesOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { allOrNothing } from './overlay.ts'
import { type LedgerView, type PurseRow, type SaleRow, keyOf } from './rows.ts'
import { payOwed, provedOf, salesOf } from './sales.ts'
import { keptSplit } from './payout-claims.ts'
import { payClaim } from './shares.ts'

/** Redeems each claim by itself: one that is refused does not spoil the others of the batch. */
export function redeem(view: LedgerView, command: RedeemCommand): Outcomes['redeem'] {
  const { claims, now, sellerMillionths = keptSplit(view) } = command
  return {
    claims: claims.map((claim) => {
      try {
        return allOrNothing(view, (overlay) => redeemOne(overlay, claim, { now, sellerMillionths }))
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        return { claimId: claim.claimId, purseId: claim.purseId, error: error.code }
      }
    })
  }
}

/** Hash of what the seller claims. Ids hold no space or newline, and the bitmap's length stands in front. */
function bodyOf({ bitmap, voucher, count }: Claim): Uint8Array {
  const head = Buffer.from(`${count} ${bitmap.length}\n`)
  return new Uint8Array(hash('sha256', Buffer.concat([head, bitmap, voucher]), 'buffer'))
}

function redeemOne(
  view: LedgerView,
  claim: Claim,
  { now, sellerMillionths }: { now: number; sellerMillionths: number }
): ClaimOutcome {
  const { claimId, payee, purseId } = claim
  // Payee and purse are part of the key: no seller can occupy another's claim id, and one claim id may cover
  // several purses.
  const claimKey = keyOf(payee, claimId, purseId)
  const body = bodyOf(claim)
  const done = view.get('claim', claimKey)
  if (done) {
    if (Buffer.compare(done.body, body) !== 0) throw new LedgerError('conflict', 'claim')
    const { creditedMinor, fresh, conflicting, uncovered } = done
    return { claimId, purseId, creditedMinor, fresh, conflicting, uncovered, repeated: true }
  }
  const purse = payable(view, claim)
  const saleKey = keyOf(purseId, payee)
  const known = view.get('sale', saleKey)
  const claimed = known?.claimed ?? emptyBitmap(purse.pieces)
  const added = andNot(claim.bitmap, claimed)
  const gone = purse.released.length > 0 ? or(purse.spent, purse.released) : purse.spent
  const clash = and(added, gone)
  const conflicting = popcount(clash)
  const fresh = popcount(added) - conflicting

  const occasion = { at: now, kind: 'redeem', ref: claimId, purseId }
  const amountMinor = purse.priceMinor * BigInt(fresh)
  const parts = payClaim(view, occasion, { payee, amountMinor, sellerMillionths })
  const due = (known?.owed ?? 0) + conflicting
  const paid = payOwed(view, occasion, purseId, payee, due)
  // What the buyer owes beyond the escrow makes a cheated seller whole (F57): it is not shared.
  const creditedMinor = parts.sellerMinor + purse.priceMinor * BigInt(paid)
  const uncovered = due - paid
  if (conflicting > 0) recordOffences(view, claim, purse, clash, now)
  if (purse.cancelledAt !== 0) recordGivenBack(view, claim, givenBack(purse, added), now)

  const previousPayee = known ? known.previousPayee : purse.lastPayee
  const evidence = bestEvidence(known, claim, claimed)
  const settled = known?.settled ?? all
  const shareMinor = parts.providerMinor
  const sale = {
    claimed: or(claimed, claim.bitmap),
    settled,
    sharedMinor: (known?.sharedMinor ?? 0n) + shareMinor,
    owed: uncovered,
    ...evidence,
    previousPayee
  }
  view.put('sale', saleKey, sale)
  const lastPayee = known ? purse.lastPayee : payee
  // A token that was given back may be new among the spent ones, and still not be paid out of the escrow.
  if (!known || !covers(purse.spent, added)) {
    const { collateralMinor } = view.get('purse', purseId)!
    const spent = or(purse.spent, added)
    view.put('purse', purseId, { ...purse, collateralMinor, spent, lastPayee })
  }
  view.put('claim', claimKey, { body, creditedMinor, shareMinor, fresh, conflicting, uncovered })
  return { claimId, purseId, creditedMinor, fresh, conflicting, uncovered, repeated: false }
}

/** The purse, if this claim may be paid from it at all; otherwise the refusal. */
function payable(view: LedgerView, { payee, purseId, bitmap, count }: Claim): PurseRow {
  if (!view.get('peer', payee)) throw new LedgerError('unknown-account', payee)
  const purse = view.get('purse', purseId)
  if (!purse) throw new LedgerError('unknown-purse', purseId)
  if (purse.uid === payee) throw new LedgerError('self-trade')
  if (purse.closedAt !== 0) throw new LedgerError('purse-closed', purseId)
  // A voucher is for exactly the tokens whose XOR it names.
  if (!fits(bitmap, purse.pieces) || popcount(bitmap) !== count) throw new LedgerError('bad-claim')
  if (!covers(coverageBitmap(rangesOf(purse), purse.pieces), bitmap)) {
    throw new LedgerError('bad-claim', 'not covered')
  }
  return purse
}

type Evidence = Pick<SaleRow, 'voucher' | 'voucherClaimed'>
const all = new Uint8Array()

/**
 * Which voucher to keep. Vouchers run: as a rule the later proves all the earlier did. Only if a buyer began anew
 * do two claims prove different tokens; then the greater stays, with the tokens that it proves.
 */
function bestEvidence(known: SaleRow | undefined, claim: Claim, claimed: Uint8Array): Evidence {
  const { bitmap, voucher, count } = claim
  if (!known || covers(bitmap, claimed)) return { voucher, voucherClaimed: all }
  const proved = provedOf(known)
  const stays = popcount(proved) >= count
  const union = or(claimed, bitmap)
  const best = stays ? { voucher: known.voucher, proved } : { voucher, proved: bitmap }
  return { voucher: best.voucher, voucherClaimed: covers(best.proved, union) ? all : best.proved }
}

/** One row per pair of payees and kind of promise, not per token (W9); both promises are signed by the buyer. */
function recordOffences(
  view: LedgerView,
  claim: Claim,
  purse: PurseRow,
  clash: Uint8Array,
  at: number
): void {
  const { purseId, payee: second, voucher: secondVoucher } = claim
  let rest = clash
  for (const [first, sale] of salesOf(view, purseId, purse)) {
    if (first === second) continue
    for (const { kind, promised, signed } of promisesOf(
      view,
      { purseId, purse, clash },
      first,
      sale
    )) {
      const hit = and(rest, promised)
      if (popcount(hit) === 0) continue
      rest = andNot(rest, hit)
      const key = keyOf(purseId, first, second, ...kind)
      const before = view.get('offence', key)
      // Evidence that these promises do not prove stays with those that do.
      if (before && !covers(and(promised, claim.bitmap), before.tokens)) continue
      const tokens = before ? or(before.tokens, hit) : hit
      const offence = { purseId, buyer: purse.uid, first, second, tokens, at }
      view.put('offence', key, { ...offence, firstVoucher: signed, secondVoucher })
    }
  }
}

/** The buyer had signed that he pays these to nobody: his cancellation and his voucher convict him together. */
function recordGivenBack(view: LedgerView, claim: Claim, tokens: Uint8Array, at: number): void {
  if (popcount(tokens) === 0) return
  const { purseId, payee: second, voucher: secondVoucher } = claim
  const { uid: buyer } = view.get('purse', purseId)!
  const firstVoucher = view.get('cancellation', purseId)!.frame
  const offence = { purseId, buyer, first: buyer, second, tokens, at }
  view.put('offence', keyOf(purseId, buyer, second), { ...offence, firstVoucher, secondVoucher })
}

interface Promised {
  /** Part of the offence's key. */
  kind: string[]
  /** Tokens that the buyer promised to this payee, by what he signed. */
  promised: Uint8Array
  signed: Uint8Array
}

/**
 * The buyer's word to this payee: his voucher, and each case that he accepted in the court. What the court paid as the purse
 * closed he signed nowhere, and no claim comes after it.
 */
function* promisesOf(
  view: LedgerView,
  { purseId, purse, clash }: { purseId: string; purse: PurseRow; clash: Uint8Array },
  first: string,
  sale: SaleRow
): Generator<Promised> {
  const settled = sale.settled.length > 0 ? sale.settled : emptyBitmap(purse.pieces)
  yield { kind: [], promised: andNot(provedOf(sale), settled), signed: sale.voucher }
  for (const index of indexes(and(settled, clash))) {
    const filed = view.get('filed', keyOf(purse.uid, purseId, String(index), first))
    const acceptance = filed && view.get('complaint', filed.complaintId)?.acceptance
    if (!acceptance || acceptance.length === 0) continue
    const promised = emptyBitmap(purse.pieces)
    promised[index >> 3]! |= 0x80 >> (index & 7)
    yield { kind: [String(index)], promised, signed: acceptance }
  }
}
