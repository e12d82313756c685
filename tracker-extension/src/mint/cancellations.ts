// A buyer ends a purse before its time (G12). His word is kept: it convicts him if he goes on paying with what he gave back.

import { CLOCK_SLACK_MS, FloodgateError, isBitmapOf, toHex } from '@floodgate/protocol'
import { leaseAt } from './lease.ts'
import { readSigned, type Mint } from './mint.ts'

/** The buyer keeps the answer at least until the refund. */
const LIFE_MS = 90 * 24 * 3600e3

/**
 * Answers a `cancel` with the signed `cancelled`: what was given back is refunded at `refundAt`, once no seller takes the
 * purse any more and each had a day to claim. The same again has the same answer. Throws `unknown-purse` (or another's),
 * `bad-field`, `purse-closed`, `conflict` (cancelled before, with other tokens) and what `readSigned` throws.
 */
export async function cancelPurse(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(mint, 'cancel', bytes)
  const purse = await mint.store.purse(toHex(message.purse))
  if (purse === undefined || purse.uid !== account.uid) throw new FloodgateError('unknown-purse')
  if (!isBitmapOf(message.kept, purse.pieces)) throw new FloodgateError('bad-field', 'kept')
  const now = mint.now()
  const { keptTokens, earlyAt } = await mint.store.execute({
    kind: 'cancel',
    purseId: purse.purseId,
    uid: account.uid,
    kept: message.kept,
    frame: bytes,
    earlyAt: leaseAt(mint, now, purse.expiresAt),
    now
  })
  const cancel = mint.crypto.sha256(bytes)
  return mint.issuer.sign(
    'cancelled',
    { cancel, purse: message.purse, kept: keptTokens, refundAt: earlyAt + CLOCK_SLACK_MS },
    { session: cancel, time: now, expiry: now + LIFE_MS }
  )
}
