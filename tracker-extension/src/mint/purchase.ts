// Sells a purse: the tokens of the pieces that are wanted of one content (F23–F30). The price goes to escrow before the
// buyer gets the seed, and a repeated announce gets the purse it already paid for, never a second charge (G14).

import {
  FloodgateError,
  WANT,
  concat,
  countRanges,
  decode,
  isRanges,
  sealTo,
  toHex,
  utf8,
  type Crypto,
  type Header,
  type Message,
  type Ranges
} from '@floodgate/protocol'
import type { Account, PurchaseCommand, PurseTerms } from '../ledger/index.ts'
import type { Terms } from './catalog.ts'
import type { PurseName } from './issuer.ts'
import { leaseAt, renewed } from './lease.ts'
import type { Mint } from './mint.ts'
import { expectPushed } from './push.ts'
import { tokenRoot } from './token-work.ts'

type Announce = Message<'announce'> & Header

/** What a buyer gets for its money. */
export interface SoldPurse {
  /** The purse certificate, the same bytes each time until it is renewed. */
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

export type PurseCertificate = Message<'purse'> & Header

/** The certificate of a purse, as it was sold. */
export const certificateOf = ({ certificate }: Pick<PurseTerms, 'certificate'>): PurseCertificate =>
  decode(certificate, 'purse').message

/** The seed of a purse that was sold: its certificate names the master key. */
export const seedOfPurse = (mint: Mint, certificate: PurseCertificate): Uint8Array =>
  mint.issuer.seedOf(certificate.counter, certificate)

/** What is wanted: all that is not free, unless it is said. Throws `bad-request`. */
function wantedOf({ pieces: said }: Announce, { pieces, free }: Terms): Ranges {
  const wanted = said.length > 0 ? said : [free, pieces]
  if (isRanges(wanted, free, pieces)) return wanted
  throw new FloodgateError('bad-request', 'pieces')
}

/**
 * The purse for a verified announce that wants one. Throws `bad-request` (pieces that there are not, or that are free),
 * `withdrawn`, `price-changed`, `insufficient-funds`, `too-many-requests` (purses open), `conflict` (the session wanted other pieces
 * before), `not-pushed` (the provider is to pay, and does not) and `purse-closed` (the session's purse is settled or
 * cancelled: announce with a new session).
 */
export async function sellPurse(
  mint: Mint,
  announce: Announce,
  buyer: Account,
  terms: Terms
): Promise<SoldPurse> {
  const { crypto, store, now } = mint
  const wanted = wantedOf(announce, terms)
  const id = purseIdOf(crypto, announce.signer, announce.infoHash, announce.session)
  const own = await store.purse(toHex(id))
  const purse =
    own ??
    (await openPurse(mint, announce, buyer.uid, wanted)) ??
    (await sell(mint, announce, buyer, terms, { id, wanted }))
  const certificate = certificateOf(purse)
  if (own !== undefined) {
    const isOver = own.closedAt !== 0 || own.cancelledAt !== 0 || own.expiresAt <= now()
    if (isOver) throw new FloodgateError('purse-closed')
    if (certificate.pieces.join() !== wanted.join()) throw new FloodgateError('conflict', 'pieces')
  }
  const seed = sealTo(crypto, buyer.boxKey, seedOfPurse(mint, certificate))
  return { frame: await renewed(mint, purse.certificate, certificate), seed }
}

/** A purse in force answers the announce, unless another is asked for; found before any token is computed. */
async function openPurse(
  mint: Mint,
  announce: Announce,
  uid: string,
  ranges: Ranges
): Promise<PurseTerms | undefined> {
  if (announce.again === 1) return undefined
  return mint.store.openPurse(uid, toHex(announce.infoHash), { ranges, now: mint.now() })
}

/** Rounded up: a share of the price in thousandths. */
const collateralOf = ({ collateral }: Mint, amountMinor: bigint): bigint =>
  (amountMinor * BigInt(Math.round(collateral * 1000)) + 999n) / 1000n

async function sell(
  mint: Mint,
  announce: Announce,
  buyer: Account,
  terms: Terms,
  { id, wanted }: { id: Uint8Array; wanted: Ranges }
): Promise<PurseTerms> {
  const { priceMinor, currency, isWithdrawn } = terms
  if (isWithdrawn) throw new FloodgateError('withdrawn')
  if (announce.price !== priceMinor || announce.currency !== currency) {
    throw new FloodgateError('price-changed')
  }
  const infoHash = toHex(announce.infoHash)
  const pushed = announce.want === WANT.pushed
  if (pushed) await expectPushed(mint, buyer.uid, infoHash)
  const amountMinor = priceMinor * BigInt(countRanges(wanted))
  const collateralMinor = collateralOf(mint, amountMinor)
  const now = mint.now()
  const name = { purse: id, uid: announce.signer, infoHash: announce.infoHash }
  const expiresAt = Math.min(now + mint.purseLifeMs, mint.issuer.epochAt(now).notAfter)
  const order: PurchaseCommand = {
    kind: 'purchase',
    purchaseId: toHex(id),
    uid: buyer.uid,
    infoHash,
    priceMinor,
    again: announce.again === 1,
    ranges: [...wanted],
    collateralMinor,
    pushed,
    now,
    expiresAt
  }
  // Tokens cost half a second of work at worst: none are made for a purchase that would be refused.
  await mint.store.expectPurchase(order)
  const certificate = await certify(mint, name, terms, { wanted, time: now, ends: expiresAt })
  const { purse: sold } = await mint.store.execute({ ...order, certificate })
  // Two announces at a time may both have come to here; the ledger sold one purse and answers it to both.
  if (sold.purseId === toHex(id)) mint.counters.purchases++
  return sold
}

/** The purse certificate. Its counter names the master key that the tokens come from. */
async function certify(
  mint: Mint,
  name: PurseName,
  { pieces: count, priceMinor: price, currency }: Terms,
  { wanted, time, ends }: { wanted: Ranges; time: number; ends: number }
): Promise<Uint8Array> {
  const { crypto, issuer } = mint
  const master = issuer.newestMaster
  const root = await tokenRoot(crypto, issuer.seedOf(master, name), count)
  return issuer.sign(
    'purse',
    { ...name, count, pieces: [...wanted], price, currency, root, ends },
    { counter: master, time, expiry: leaseAt(mint, time, ends) }
  )
}
