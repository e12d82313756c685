// Sells pieces by HTTP. The buyer signs a voucher to the provider as it would to any seller; it is redeemed at once, by the
// rules for every claim, and a pass to the bytes is the answer. So no token is paid to the origin and to a peer too (I3),
// the same voucher moves nothing twice, and the ledger needs no rule of its own.

import {
  FloodgateError,
  PROVIDER_UID,
  WINDOW_MAX,
  bits,
  toHex,
  type Message
} from '@floodgate/protocol'
import { pieceOf, type Court } from '../court/court.ts'
import type { Claim } from '../ledger/index.ts'
import { checkClaimed, factsOf, type ClaimFacts } from '../mint/claim-check.ts'
import { expectFresh, readSigned, type Mint } from '../mint/mint.ts'
import { codeOfLedger } from '../mint/refusals.ts'
import { ORIGIN_UID } from './paid.ts'
import { makePass } from './pass.ts'
import { ORIGIN_PREFIX } from './target.ts'

/** So long a URL is good; another costs a request and no money. */
const PASS_LIFE_MS = 3600e3

/** Where the pieces are that were paid for. */
export interface OriginPass {
  /** Below the provider's base URL, with a slash at its end: a web seed of BEP 19. */
  url: string
  /** Unix milliseconds. */
  expires: number
}

/** Where sales are made. */
export interface OriginTill {
  readonly mint: Mint
  /** Its pieces are what is sold. */
  readonly court: Court
  readonly openAccount: () => Promise<void>
}

/**
 * Answers an `originRequest`: redeems what is new in its voucher, at most 32 tokens, and gives a pass to all pieces that this
 * purse ever paid for by HTTP. Every new piece is read and checked before it is charged. To repeat a request moves no
 * money. Throws `clock`, `replayed`, `revoked`, `unknown-purse`, `limit-reached`, `no-source`, `purse-closed`,
 * `insufficient-funds` (a token that another seller was paid for, and no money for it), what `checkClaimed` and what
 * `readSigned` throws.
 */
export async function sellPieces(
  { mint, court, openAccount }: OriginTill,
  bytes: Uint8Array
): Promise<OriginPass> {
  const { message, account } = await readSigned(mint, 'originRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} origin ${toHex(message.purse)}`, message, mint.now())
  await mint.court.expectAdmitted(account.uid)
  const claimed = { ...message, payer: message.signer }
  const facts = await factsOf(mint, claimed, ORIGIN_UID)
  const added = newIn(message, facts)
  if (added.length > 0) {
    if (added.length > WINDOW_MAX) throw new FloodgateError('limit-reached')
    const claimId = toHex(mint.crypto.sha256(message.voucher))
    const claim = await checkClaimed(mint, claimed, { claimId, payee: PROVIDER_UID }, facts)
    // Nobody pays for what we could not deliver (W12).
    for (const index of added) await pieceOf(court, facts.purse.infoHash, index)
    await openAccount()
    await redeem(mint, claim)
  }
  const { infoHash, purseId } = facts.purse
  const expires = mint.now() + PASS_LIFE_MS
  const pass = makePass(mint.issuer, { infoHash, purseId, expires })
  return { url: `${ORIGIN_PREFIX}${infoHash}.${pass}/`, expires }
}

/** Tokens that the origin was not paid before. */
function newIn({ bitmap }: Message<'originRequest'>, { sale }: ClaimFacts): number[] {
  const before = sale?.claimed
  return [...bits(before === undefined ? bitmap : bitmap.map((byte, at) => byte & ~before[at]!))]
}

async function redeem(mint: Mint, claim: Claim): Promise<void> {
  const { claims } = await mint.store.execute({ kind: 'redeem', claims: [claim], now: mint.now() })
  const outcome = claims[0]!
  if ('error' in outcome) throw new FloodgateError(codeOfLedger(outcome.error))
  if (!outcome.repeated) mint.counters.originPieces += outcome.fresh
  if (outcome.conflicting > 0) await mint.court.doubleSpent(outcome.purseId)
  if (outcome.uncovered > 0)
    throw new FloodgateError('insufficient-funds', 'tokens given to others')
}
