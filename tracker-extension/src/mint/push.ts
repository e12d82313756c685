// Pushes sealed contents to willing peers before their release (F77): says what there is, and to whom the provider pays a purse.
// Accounts of one mind could trade pushed purses among themselves; what bounds that stands in docs/push.md.

import { FloodgateError, PUSH_OFFERS_MAX, fromHex, type Message } from '@floodgate/protocol'
import type { ListedContent } from './catalog.ts'
import { expectFresh, readSigned, type Mint } from './mint.ts'

/** A peer that says nothing for so long is not counted on. */
const WILLING_MS = 3600e3
/** An answer is good for so long. */
const VALID_MS = 3600e3

type Offered = Message<'pushOffers'>['items'][number]

/**
 * Answers a `willing` with `pushOffers`: what is not released, fits into its disk by itself and is within its budget. Throws
 * `not-pushed` for an account that is not in good standing, `revoked`, `clock`, `replayed` and what `readSigned` throws.
 */
export async function offerPushes(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(mint, 'willing', bytes)
  const { uid } = account
  const now = mint.now()
  expectFresh(mint, message)
  mint.freshness.take(`${uid} willing`, message, now)
  await mint.court.expectAdmitted(uid)
  await expectStanding(mint, uid)
  mint.sealed.note(uid, now + WILLING_MS)
  const items = await offersFor(mint, uid, message.disk)
  return mint.issuer.sign(
    'pushOffers',
    { request: mint.crypto.sha256(bytes), currency: mint.currency, items },
    { time: now, expiry: now + VALID_MS }
  )
}

/**
 * Money that came in makes an account cost something. Earnings do not: what one account has of a pushed purse, and hands on,
 * would make the next one stand. Throws `not-pushed`.
 */
async function expectStanding({ statements, sealed }: Mint, uid: string): Promise<void> {
  const { deposited } = await statements.of(uid)
  if (deposited >= sealed.standingMinor) return
  throw new FloodgateError('not-pushed', `deposits below ${sealed.standingMinor}`)
}

async function offersFor(mint: Mint, uid: string, disk: number): Promise<Offered[]> {
  const offers: Offered[] = []
  for (const content of await mint.catalog.forSale()) {
    const offer = await offerOf(mint, content)
    if (offer === undefined || offer.length > disk) continue
    if (await isPaidFor(mint, uid, content.infoHash, offer.paid)) offers.push(offer)
  }
  return offers.sort((a, b) => a.release - b.release).slice(0, PUSH_OFFERS_MAX)
}

/** Undefined for what is not sealed, or is out already. */
async function offerOf(mint: Mint, content: ListedContent): Promise<Offered | undefined> {
  const { infoHash, pieces, free, priceMinor } = content
  const sealed = await mint.sealed.find(infoHash)
  if (sealed === undefined || sealed.release <= mint.now()) return undefined
  const paid = priceMinor * BigInt(pieces - free)
  return { ...sealed, infoHash: fromHex(infoHash), pieces, paid }
}

/** Was its purse paid already, or does the budget still cover one? */
async function isPaidFor(
  { store }: Mint,
  uid: string,
  infoHash: string,
  paid: bigint
): Promise<boolean> {
  const { amountMinor, usedMinor } = await store.pushBudget(infoHash)
  return usedMinor + paid <= amountMinor || store.isPushed(infoHash, uid)
}

/** May the provider pay this account a purse now? The ledger says the rest. Throws `not-pushed`. */
export async function expectPushed(mint: Mint, uid: string, infoHash: string): Promise<void> {
  const sealed = await mint.sealed.find(infoHash)
  const now = mint.now()
  if (sealed === undefined || sealed.release <= now) {
    throw new FloodgateError('not-pushed', 'it is out, or was never sealed')
  }
  if (!mint.sealed.isWilling(uid, now)) throw new FloodgateError('not-pushed', 'say so first')
}
