// One purse of a claim: is the voucher the buyer's, and do the tokens it stands for add up? What holds goes to the
// ledger as a `Claim`; what does not gets a code. Reads only: nothing here moves money.

import {
  FloodgateError,
  countBits,
  coversBitmap,
  decode,
  equal,
  isBitmapOf,
  paidHash,
  toHex,
  verifySignature,
  type Crypto,
  type Header,
  type Message
} from '@floodgate/protocol'
import type { Account, Claim, Purse, Sale } from '../ledger/index.ts'
import { accountOf, expectOurs, type Mint } from './mint.ts'
import { certificateOf, seedOfPurse } from './purchase.ts'
import { tokenXor } from './token-work.ts'

/** One purse of a `claim` message. */
export type Claimed = Message<'claim'>['purses'][number]
type Voucher = Message<'voucher'> & Header

/** What the ledger knows about one purse of a claim. */
export interface ClaimFacts {
  purse: Purse
  buyer: Account
  /** What this payee was paid for before. */
  sale: Sale | undefined
}

/** Reads the facts. Throws `unknown-purse` or `unknown-account`. */
export async function factsOf(mint: Mint, claimed: Claimed, payee: string): Promise<ClaimFacts> {
  const id = toHex(claimed.purse)
  const [purse, buyer, sale] = await Promise.all([
    mint.store.purse(id),
    accountOf(mint, claimed.payer),
    mint.store.sale(id, payee)
  ])
  if (purse === undefined || purse.uid !== buyer.uid) throw new FloodgateError('unknown-purse')
  return { purse, buyer, sale }
}

/**
 * Checks one purse of a claim, cheap refusals first. Throws `self-trade`, `bad-field` (the bitmap's form), `not-covered`, `bad-voucher`,
 * `bad-signature` (of the voucher), `wrong-provider` and what the codec throws.
 */
export async function checkClaimed(
  mint: Mint,
  claimed: Claimed,
  { claimId, payee }: { claimId: string; payee: Uint8Array },
  { purse, buyer, sale }: ClaimFacts
): Promise<Claim> {
  if (equal(claimed.payer, payee)) throw new FloodgateError('self-trade')
  if (!isBitmapOf(claimed.bitmap, purse.pieces)) throw new FloodgateError('bad-field', 'bitmap')
  const certificate = certificateOf(purse)
  if (!coversBitmap(certificate.pieces, claimed.bitmap)) throw new FloodgateError('not-covered')
  const voucher = decode(claimed.voucher, 'voucher').message as Voucher
  expectOurs(mint, voucher)
  const fits =
    equal(voucher.signer, claimed.payer) &&
    equal(voucher.payee, payee) &&
    equal(voucher.purse, claimed.purse) &&
    voucher.count > 0 &&
    voucher.count === countBits(claimed.bitmap) &&
    equal(voucher.paid, paidHash(mint.crypto, claimed.bitmap))
  if (!fits) throw new FloodgateError('bad-voucher')
  await verifySignature(mint.crypto, claimed.voucher, buyer.signKey)
  const seed = seedOfPurse(mint, certificate)
  const xor = await xorOf(mint.crypto, claimed.bitmap, seed, sale)
  if (!equal(xor, voucher.xor)) throw new FloodgateError('bad-voucher')
  return {
    claimId,
    payee: toHex(payee),
    purseId: purse.purseId,
    bitmap: claimed.bitmap,
    voucher: claimed.voucher,
    count: voucher.count
  }
}

/**
 * XOR of the tokens of `bitmap`. Vouchers run: as a rule a claim goes on from the last one, whose sum stands in the
 * voucher that the ledger kept, and only the tokens that are new have to be made.
 */
function xorOf(
  crypto: Crypto,
  bitmap: Uint8Array,
  seed: Uint8Array,
  sale: Sale | undefined
): Promise<Uint8Array> {
  // A sale without a voucher: the court alone has paid this seller so far.
  if (sale === undefined || sale.voucher.length === 0) return tokenXor(crypto, seed, bitmap)
  const proved = sale.voucherClaimed.length > 0 ? sale.voucherClaimed : sale.claimed
  const goesOn = proved.every((byte, i) => (byte & ~bitmap[i]!) === 0)
  if (!goesOn) return tokenXor(crypto, seed, bitmap)
  const added = bitmap.map((byte, i) => byte & ~proved[i]!)
  const { xor } = decode(sale.voucher, 'voucher').message
  return tokenXor(crypto, seed, added, xor)
}
