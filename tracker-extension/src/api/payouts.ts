// The routes of money out: a payee says where it wants its money and sees its payouts, the operator's own service reports,
// and the operator runs, lists and reconciles. Amounts are decimal text in minor units.

import { FloodgateError, decode, fromUtf8, verifySignature } from '@floodgate/protocol'
import { z } from 'zod'
import type { Payout } from '../ledger/index.ts'
import { accountOf, expectFresh, expectOurs, readSigned } from '../mint/mint.ts'
import { parseDestination } from '../payout/destination.ts'
import type { Payouts } from '../payout/payouts.ts'
import type { Ask, Desk } from './desk.ts'
import { amount, count, time, uid } from './schemas.ts'

/** Payouts of one answer, the newest first. */
const SHOWN_MAX = 1000

function payoutsOf({ payouts }: Desk): Payouts {
  if (payouts === undefined)
    throw new FloodgateError('not-offered', 'payouts: the provider has no policy for them')
  return payouts
}

const payoutJson = z
  .strictObject({
    ...{ payout: z.string(), uid, amount },
    state: z.enum(['requested', 'prepared', 'submitted', 'paid', 'failed', 'returned']),
    rail: z.string().meta({ description: 'The way that the money leaves.' }),
    destination: z.string().meta({ description: 'As a payto URI (RFC 8905).' }),
    reference: z.string().meta({ description: 'What the rail calls it.' }),
    ...{ reason: z.string(), at: time, changedAt: time }
  })
  .meta({ id: 'Payout' })
export type PayoutJson = z.infer<typeof payoutJson>

const jsonOf = (one: Payout): PayoutJson => ({
  ...{ payout: one.payoutId, uid: one.uid, amount: String(one.amountMinor), state: one.state },
  ...{ rail: one.rail, destination: one.destination, reference: one.reference },
  ...{ reason: one.reason, at: one.at, changedAt: one.changedAt }
})

const newestFirst = (list: Payout[]): PayoutJson[] =>
  list
    .sort((one, other) => other.at - one.at)
    .slice(0, SHOWN_MAX)
    .map(jsonOf)

/** Where the account's money goes, and from when. */
export const destinationAnswer = z.strictObject({ destination: z.string(), from: time })
export type DestinationJson = z.infer<typeof destinationAnswer>

export const standingAnswer = z.strictObject({
  ...destinationAnswer.shape,
  payouts: z.array(payoutJson)
})
export const reportAnswer = z.strictObject({ outcome: z.string() })
export const payoutsAnswer = z.strictObject({ payouts: z.array(payoutJson) })

/** Takes a sealed `destination`. Throws `bad-request`, `clock`, `replayed`, and what the message's checks throw. */
export async function takeDestination(desk: Desk, { body }: Ask): Promise<DestinationJson> {
  const payouts = payoutsOf(desk)
  const { mint } = desk
  const bytes = mint.issuer.open(body)
  const { message } = decode(bytes, 'destination')
  expectOurs(mint, message)
  const account = await accountOf(mint, message.signer)
  await verifySignature(mint.crypto, bytes, account.signKey)
  // A revoked account's key may be stolen: what it earned stays where it was to go, or goes back there.
  if (!(await isWayBack(desk, account.uid, message.to)))
    await mint.court.expectAdmitted(account.uid)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} destination`, message, mint.now())
  return payouts.setDestination(account.uid, message.to)
}

/** Does it undo a change that still waits? A thief who made it gains nothing by that. */
async function isWayBack({ mint }: Desk, uid: string, to: string): Promise<boolean> {
  const place = await mint.store.destination(uid)
  const isWaiting = place !== undefined && mint.now() < place.from && place.previous !== ''
  return isWaiting && parseDestination(to).text === place.previous
}

/** Answers an `accountRequest` for `payouts` with the account's own, and its destination. */
export async function standingOfPayouts(
  { mint }: Desk,
  { body }: Ask
): Promise<z.infer<typeof standingAnswer>> {
  const { message, account } = await readSigned(mint, 'accountRequest', body)
  if (message.what !== 'payouts') throw new FloodgateError('bad-request', 'what')
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} account`, message, mint.now())
  const place = await mint.store.destination(account.uid)
  const own = newestFirst(await mint.store.payoutsOf(account.uid))
  return { destination: place?.destination ?? '', from: place?.from ?? 0, payouts: own }
}

/** A signed report of the operator's own service. */
export async function takeReport(
  desk: Desk,
  { body, headers = {} }: Ask
): Promise<z.infer<typeof reportAnswer>> {
  return { outcome: await payoutsOf(desk).hear(fromUtf8(body) ?? '', headers) }
}

export async function listPayouts({ mint }: Desk): Promise<z.infer<typeof payoutsAnswer>> {
  const all: Payout[] = []
  for (;;) {
    const page = await mint.store.payouts(all.at(-1)?.payoutId ?? '')
    all.push(...page)
    if (page.length === 0) return { payouts: newestFirst(all) }
  }
}

const planJson = z
  .strictObject({
    ...{ uid, balance: amount, pay: amount, rail: z.string(), destination: z.string() },
    blocked: z.string().meta({ description: 'Why nothing is paid; empty when something is.' }),
    shares: z
      .array(z.strictObject({ reason: z.string(), amount }))
      .meta({ description: 'Parts of the balance; they say why the rest stays.' })
  })
  .meta({ id: 'PayoutPlan', description: 'What a run makes of an account.' })
export type PlanJson = z.infer<typeof planJson>

const plansOf = (plans: Awaited<ReturnType<Payouts['plan']>>): PlanJson[] =>
  plans.map(({ uid, balanceMinor, payMinor, rail, destination, blocked, shares }) => ({
    ...{ uid, balance: String(balanceMinor), pay: String(payMinor), rail, destination, blocked },
    shares: shares.map(({ reason, amountMinor }) => ({ reason, amount: String(amountMinor) }))
  }))

export const runAnswer = z.strictObject({
  requested: count,
  words: z.array(z.string()).meta({ description: 'The policy in words.' }),
  plans: z.array(planJson)
})
export type RunJson = z.infer<typeof runAnswer>

export async function planPayouts(desk: Desk): Promise<RunJson> {
  const payouts = payoutsOf(desk)
  return { requested: 0, words: [...payouts.words], plans: plansOf(await payouts.plan()) }
}

export async function runJson(desk: Desk): Promise<RunJson> {
  const payouts = payoutsOf(desk)
  const { requested, plans } = await payouts.run()
  return { requested, words: [...payouts.words], plans: plansOf(plans) }
}

export const reconciliationAnswer = z.strictObject({
  applied: z.array(z.strictObject({ payout: z.string(), state: z.string(), reason: z.string() })),
  repeated: count,
  contradicting: z.array(z.string()),
  unknown: z.array(z.string())
})
export type ReconciliationJson = z.infer<typeof reconciliationAnswer>

/** An empty body asks the rails; else it is a bank's file. */
export async function reconcileJson(desk: Desk, { body }: Ask): Promise<ReconciliationJson> {
  const file = body.length === 0 ? undefined : fromUtf8(body)
  if (body.length > 0 && file === undefined) throw new FloodgateError('bad-request', 'UTF-8')
  const found = await payoutsOf(desk).reconcile(file)
  return {
    applied: found.applied.map(({ payoutId: payout, state, reason }) => ({
      payout,
      state,
      reason
    })),
    repeated: found.repeated,
    contradicting: found.contradicting.map(({ payoutId }) => payoutId),
    unknown: found.unknown
  }
}
