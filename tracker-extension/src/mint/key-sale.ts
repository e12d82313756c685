// Sells the keys of a sealed content (F77): not before its release, once for each account, and in one message.

import { FloodgateError, fromHex, sealTo, toHex } from '@floodgate/protocol'
import { expectFresh, readSigned, type Mint } from './mint.ts'

/** An answer is good for so long; the keys are, for ever. */
const VALID_MS = 24 * 3600e3

/**
 * Answers a `keyRequest` with `contentKeys`, sealed to the buyer's box key. To repeat it moves no money. Throws
 * `not-released` (its detail says when), `price-changed`, `insufficient-funds`, `unknown-content`, `no-source` (the secret is
 * not here), `revoked`, `clock`, `replayed` and what `readSigned` throws.
 */
export async function sellKeys(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { store, crypto, issuer, sealed, currency } = mint
  const { message, account } = await readSigned(mint, 'keyRequest', bytes)
  const infoHash = toHex(message.infoHash)
  const { uid } = account
  expectFresh(mint, message)
  mint.freshness.take(`${uid} keys ${infoHash}`, message, mint.now())
  await mint.court.expectAdmitted(uid)
  const { release, keyPrice } = await sealed.expect(infoHash)
  const now = mint.now()
  if (now < release) throw new FloodgateError('not-released', new Date(release).toISOString())
  if (message.price !== keyPrice || message.currency !== currency) {
    throw new FloodgateError('price-changed', String(keyPrice))
  }
  const group = issuer.groupOf(message.signer, message.infoHash, sealed.groups)
  // Nobody pays for what we could not deliver (W12).
  const ready = await keysOf(mint, infoHash, group)
  const sale = await store.execute({
    ...{ kind: 'buyKey', uid, infoHash, priceMinor: keyPrice, group, now }
  })
  if (!sale.repeated) mint.counters.keys++
  // Groups may have been others when it was bought; those of then stay.
  const keys = sale.group === group ? ready : await keysOf(mint, infoHash, sale.group)
  const frame = await issuer.sign(
    'contentKeys',
    { request: crypto.sha256(bytes), infoHash: fromHex(infoHash), keys },
    { time: now, expiry: now + VALID_MS }
  )
  return sealTo(crypto, account.boxKey, frame)
}

async function keysOf({ sealed }: Mint, infoHash: string, group: number): Promise<Uint8Array> {
  const keys = await sealed.keys(infoHash, group)
  if (keys === undefined) throw new FloodgateError('no-source', 'the secret of this content')
  return keys
}
