// Sells a purse: all tokens of one content (F23–F30). The price goes to escrow before the buyer gets the seed, and a
// repeated announce gets the purse it already paid for, never a second charge (G14).

import {
  FloodgateError,
  concat,
  decode,
  sealTo,
  toHex,
  utf8,
  type Crypto,
  type Header,
  type Message
} from '@floodgate/protocol'
import type { Account, PurseTerms } from '../ledger/index.ts'
import type { Terms } from './catalog.ts'
import type { PurseName } from './issuer.ts'
import type { Mint } from './mint.ts'
import { tokenRoot } from './token-work.ts'

type Announce = Message<'announce'> & Header

/** What a buyer gets for its money. */
export interface SoldPurse {
  /** The purse certificate, the same bytes each time. */
  frame: Uint8Array
  /** The seed of its tokens, sealed to the buyer's box key. */
  seed: Uint8Array
}

const PURSE = utf8('purse')

/** The id of the purse that a buyer gets for its session: the same announce cannot make two. */
function purseIdOf(
  crypto: Crypto,
  uid: Uint8Array,
  infoHash: Uint8Array,
  session: Uint8Array
): Uint8Array {
  return crypto.sha256(concat(PURSE, uid, infoHash, session)).slice(0, 16)
}

/** The seed of a purse that was sold: its certificate names the master key. */
export function seedOfPurse(mint: Mint, purse: PurseTerms): Uint8Array {
  const { message } = decode(purse.certificate, 'purse')
  return mint.issuer.seedOf(message.counter, message)
}

/**
 * The purse for a verified announce that wants one. Throws `price-changed`, `insufficient-funds` and `purse-closed` (the
 * session's purse is settled: announce with a new session).
 */
export async function sellPurse(
  mint: Mint,
  announce: Announce,
  buyer: Account,
  terms: Terms
): Promise<SoldPurse> {
  const { crypto, store } = mint
  const id = purseIdOf(crypto, announce.signer, announce.infoHash, announce.session)
  const own = await store.purse(toHex(id))
  if (own !== undefined && (own.closedAt !== 0 || own.expiresAt <= mint.now())) {
    throw new FloodgateError('purse-closed')
  }
  const purse =
    own ??
    (await openPurse(mint, announce, buyer.uid)) ??
    (await sell(mint, announce, buyer, terms, id))
  return { frame: purse.certificate, seed: sealTo(crypto, buyer.boxKey, seedOfPurse(mint, purse)) }
}

/** An open purse answers the announce, unless another is asked for; found before any token is computed. */
async function openPurse(
  mint: Mint,
  announce: Announce,
  uid: string
): Promise<PurseTerms | undefined> {
  if (announce.again === 1) return undefined
  const open = await mint.store.openPurse(uid, toHex(announce.infoHash))
  return open !== undefined && open.expiresAt > mint.now() ? open : undefined
}

/** Rounded up: a share of the price in thousandths. */
const collateralOf = ({ collateral }: Mint, amountMinor: bigint): bigint =>
  (amountMinor * BigInt(Math.round(collateral * 1000)) + 999n) / 1000n

async function sell(
  mint: Mint,
  announce: Announce,
  buyer: Account,
  { pieces, priceMinor, currency }: Terms,
  purse: Uint8Array
): Promise<PurseTerms> {
  if (announce.price !== priceMinor || announce.currency !== currency) {
    throw new FloodgateError('price-changed')
  }
  const totalMinor = priceMinor * BigInt(pieces)
  const collateralMinor = collateralOf(mint, totalMinor)
  const infoHash = toHex(announce.infoHash)
  const now = mint.now()
  const wantedMinor = totalMinor + collateralMinor
  // The ledger is the judge of this; asked here too, so that no work is done for who cannot pay.
  if (buyer.balanceMinor < wantedMinor) {
    const offMinor = await mint.store.discountMinor(buyer.uid, infoHash, totalMinor, now)
    if (buyer.balanceMinor < wantedMinor - offMinor) throw new FloodgateError('insufficient-funds')
  }
  const name = { purse, uid: announce.signer, infoHash: announce.infoHash }
  const expiresAt = Math.min(now + mint.purseLifeMs, mint.issuer.epochAt(now).notAfter)
  const { purse: sold } = await mint.store.execute({
    kind: 'purchase',
    purchaseId: toHex(purse),
    uid: buyer.uid,
    infoHash,
    priceMinor,
    again: announce.again === 1,
    collateralMinor,
    now,
    expiresAt,
    certificate: await certify(mint, name, { pieces, priceMinor, currency }, now, expiresAt)
  })
  // Two announces at a time may both have come to here; the ledger sold one purse and answers it to both.
  if (sold.purseId === toHex(purse)) mint.counters.purchases++
  return sold
}

/** The purse certificate. Its counter names the master key that the tokens come from. */
async function certify(
  { crypto, issuer }: Mint,
  name: PurseName,
  { pieces, priceMinor, currency }: Omit<Terms, 'mode'>,
  time: number,
  expiry: number
): Promise<Uint8Array> {
  const master = issuer.newestMaster
  const root = await tokenRoot(crypto, issuer.seedOf(master, name), pieces)
  return issuer.sign(
    'purse',
    { ...name, count: pieces, price: priceMinor, currency, root },
    { counter: master, time, expiry }
  )
}
