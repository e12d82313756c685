// Redeems claims (F45–F48): a seller's sealed batch of bitmaps and vouchers becomes money. Each purse is judged by itself;
// what holds goes to the ledger in one command, so that a batch costs one durable write.

import {
  FloodgateError,
  toHex,
  type ErrorCode,
  type Header,
  type Message
} from '@floodgate/protocol'
import type { Claim, ClaimOutcome, ClaimRefusal } from '../ledger/index.ts'
import { checkClaimed, factsOf, type Claimed } from './claim-check.ts'
import { creditAfterClaims } from './measurements.ts'
import { readSigned, type Mint } from './mint.ts'
import { codeOfLedger, refusalOf } from './refusals.ts'

type Result = Message<'claimed'>['results'][number]
type Checked = { claim: Claim } | { code: ErrorCode }

/** The seller keeps the answer as its proof; so long it is valid at least on paper. */
const LIFE_MS = 90 * 24 * 3600e3
/** Refusals that no honest seller meets: it checked each token when it was paid. */
const FALSE_CODES: ReadonlySet<ErrorCode> = new Set(['bad-voucher', 'bad-signature', 'not-covered'])

/**
 * Redeems a sealed `claim`; answers a signed `claimed` with a result for each purse, in the claim's order (an empty code is
 * success). The same claim again gets the same results. Throws `cannot-open`, `unknown-account`, `bad-signature`,
 * `wrong-provider`, `too-many-requests` (false claims before, F62) and what the codec throws.
 */
export async function redeemClaim(mint: Mint, sealed: Uint8Array): Promise<Uint8Array> {
  const bytes = mint.issuer.open(sealed)
  const { message, account } = await readSigned(mint, 'claim', bytes)
  mint.strikes.expectFew(account.uid, mint.now())
  const checked = await checkAll(mint, message)
  if (checked.some((one) => 'code' in one && FALSE_CODES.has(one.code))) {
    mint.strikes.add(account.uid, mint.now())
  }
  const outcomes = await redeem(mint, checked)
  await reportDoubleSpends(mint, outcomes)
  await noteDeliveries(mint, outcomes)
  const results = message.purses.map((claimed, i) => resultOf(claimed, checked[i]!, outcomes))
  const time = mint.now()
  const after = await mint.store.account(account.uid)
  mint.counters.claims++
  mint.counters.tokens += freshOf(outcomes)
  return mint.issuer.sign(
    'claimed',
    {
      claim: mint.crypto.sha256(bytes),
      results,
      balance: after?.balanceMinor ?? 0n,
      currency: mint.currency
    },
    { session: message.session, time, expiry: time + LIFE_MS }
  )
}

async function checkAll(mint: Mint, message: Message<'claim'> & Header): Promise<Checked[]> {
  const payee = message.signer
  const on = { claimId: toHex(message.session), payee }
  // All reads at once, for the store answers them in one go; then purse by purse.
  const facts = message.purses.map((claimed) => factsOf(mint, claimed, toHex(payee)))
  await Promise.allSettled(facts)
  const checked: Checked[] = []
  for (const [i, claimed] of message.purses.entries()) {
    try {
      checked.push({ claim: await checkClaimed(mint, claimed, on, await facts[i]!) })
    } catch (error) {
      const { code } = refusalOf(error)
      if (code === 'internal') throw error
      checked.push({ code })
    }
  }
  return checked
}

type Outcomes = Map<Claim, ClaimOutcome | ClaimRefusal>

async function redeem(mint: Mint, checked: Checked[]): Promise<Outcomes> {
  const claims = checked.flatMap((one) => ('claim' in one ? [one.claim] : []))
  if (claims.length === 0) return new Map()
  const { sellerMillionths } = mint
  const done = await mint.store.execute({
    ...{ kind: 'redeem', claims, now: mint.now() },
    ...(sellerMillionths === undefined ? {} : { sellerMillionths })
  })
  return new Map(claims.map((claim, i) => [claim, done.claims[i]!]))
}

async function reportDoubleSpends(mint: Mint, outcomes: Outcomes): Promise<void> {
  const paid = [...outcomes.values()].flatMap((one) => ('error' in one ? [] : [one]))
  // Read anew, as a buyer may have cancelled since the claim was checked; all at once, as above.
  const purses = await Promise.all(paid.map(({ purseId }) => mint.store.purse(purseId)))
  for (const [i, { purseId, conflicting }] of paid.entries()) {
    const isOdd = conflicting > 0 || (purses[i]?.cancelledAt ?? 0) !== 0
    if (isOdd) await mint.court.doubleSpent(purseId)
  }
}

/** Who was paid has delivered: promises are judged by it, and credits wait for it. */
async function noteDeliveries(mint: Mint, outcomes: Outcomes): Promise<void> {
  const paid = [...outcomes.values()].flatMap((one) =>
    'error' in one || one.repeated ? [] : [one]
  )
  for (const { purseId, fresh } of paid) mint.deliveries.claimed(purseId, fresh, mint.now())
  await creditAfterClaims(
    mint,
    paid.map(({ purseId }) => purseId)
  )
}

/** Tokens paid now: a claim that is repeated gets the results it got then, and pays none. */
function freshOf(outcomes: Outcomes): number {
  const paid = [...outcomes.values()].map((one) => ('error' in one || one.repeated ? 0 : one.fresh))
  return paid.reduce((sum, tokens) => sum + tokens, 0)
}

function resultOf({ purse }: Claimed, checked: Checked, outcomes: Outcomes): Result {
  const refused = (code: ErrorCode): Result => ({
    purse,
    credited: 0n,
    fresh: 0,
    conflicting: 0,
    code
  })
  if ('code' in checked) return refused(checked.code)
  const outcome = outcomes.get(checked.claim)
  if (outcome === undefined) throw new FloodgateError('internal', 'a claim without an outcome')
  if ('error' in outcome) return refused(codeOfLedger(outcome.error))
  const { creditedMinor, fresh, conflicting } = outcome
  return { purse, credited: creditedMinor, fresh, conflicting, code: '' }
}
