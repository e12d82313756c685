// How long a purse certificate is good. Sellers believe it without asking anybody, so a purse that its buyer cancels could
// be shown until the certificate's expiry. Therefore that comes soon, and the buyer of a purse in force gets the next one
// with his announces: nothing is asked or kept for it, and each half lease has one certificate, the same to the byte.

import type { Mint } from './mint.ts'
import type { PurseCertificate } from './purchase.ts'

type Lease = Pick<Mint, 'leaseMs'>

/** The half lease that `now` lies in. */
const slotOf = ({ leaseMs }: Lease, now: number): number => Math.floor((2 * now) / leaseMs)

/** When a certificate that is signed at `now` is over: after half a lease at the least, a whole one at the most. */
export const leaseAt = (lease: Lease, now: number, ends: number): number =>
  Math.min(ends, Math.floor(((slotOf(lease, now) + 2) * lease.leaseMs) / 2))

/** The certificate of a purse in force as it is now: the frame as it was `sold`, or one with a later expiry. */
export async function renewed(
  mint: Mint,
  sold: Uint8Array,
  message: PurseCertificate
): Promise<Uint8Array> {
  const now = mint.now()
  const expiry = leaseAt(mint, now, message.ends)
  if (expiry <= message.expiry) return sold
  const { uid, infoHash, purse: id, count, pieces, price, currency, root, ends, counter } = message
  const time = Math.min(now, Math.floor((slotOf(mint, now) * mint.leaseMs) / 2))
  return mint.issuer.sign(
    'purse',
    { uid, infoHash, purse: id, count, pieces, price, currency, root, ends },
    { counter, time, expiry }
  )
}
