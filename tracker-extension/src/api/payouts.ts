// The routes of money out: a payee says where it wants its money and sees its payouts, the operator's own service reports,
// and the operator runs, lists and reconciles. Amounts are decimal text in minor units.

import { FloodgateError, decode, fromUtf8, verifySignature } from '@floodgate/protocol'
import type { Payout } from '../ledger/index.ts'
import { accountOf, expectFresh, expectOurs, readSigned } from '../mint/mint.ts'
import type { Payouts } from '../payout/payouts.ts'
import type { Ask, Desk } from './desk.ts'

/** Payouts of one answer, the newest first. */
const SHOWN_MAX = 1000

function payoutsOf({ payouts }: Desk): Payouts {
  if (payouts === undefined) throw new FloodgateError('not-found', 'this provider pays nothing out')
  return payouts
}

export interface PayoutJson {
  payout: string
  uid: string
  amount: string
  state: Payout['state']
  rail: string
  destination: string
  reference: string
  reason: string
  at: number
  changedAt: number
}

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

/** Where the account's money goes, and from when (Unix milliseconds). */
export interface DestinationJson {
  destination: string
  from: number
}

/** Takes a sealed `destination`. Throws `bad-request`, `clock`, `replayed`, and what the message's checks throw. */
export async function takeDestination(desk: Desk, { body }: Ask): Promise<DestinationJson> {
  const payouts = payoutsOf(desk)
  const { mint } = desk
  const bytes = mint.issuer.open(body)
  const { message } = decode(bytes, 'destination')
  expectOurs(mint, message)
  const account = await accountOf(mint, message.signer)
  await verifySignature(mint.crypto, bytes, account.signKey)
  // A revoked account's key may be stolen: what it earned stays where it was to go.
  await mint.court.expectAdmitted(account.uid)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} destination`, message, mint.now())
  return payouts.setDestination(account.uid, message.to)
}

/** Answers an `accountRequest` for `payouts` with the account's own, and its destination. */
export async function standingOfPayouts(
  { mint }: Desk,
  { body }: Ask
): Promise<DestinationJson & { payouts: PayoutJson[] }> {
  const { message, account } = await readSigned(mint, 'accountRequest', body)
  if (message.what !== 'payouts') throw new FloodgateError('bad-request', 'what')
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} account`, message, mint.now())
  const place = await mint.store.destination(account.uid)
  const own = newestFirst(await mint.store.payoutsOf(account.uid))
  return { destination: place?.destination ?? '', from: place?.from ?? 0, payouts: own }
}

/** A signed report of the operator's own service. */
export async function takeReport(desk: Desk, { body, headers = {} }: Ask): Promise<object> {
  return { outcome: await payoutsOf(desk).hear(fromUtf8(body) ?? '', headers) }
}

export async function listPayouts({ mint }: Desk): Promise<{ payouts: PayoutJson[] }> {
  const all: Payout[] = []
  for (;;) {
    const page = await mint.store.payouts(all.at(-1)?.payoutId ?? '')
    all.push(...page)
    if (page.length === 0) return { payouts: newestFirst(all) }
  }
}

/** What a run makes of an account. `shares` say why the rest stays. */
export interface PlanJson {
  uid: string
  balance: string
  pay: string
  rail: string
  destination: string
  blocked: string
  shares: { reason: string; amount: string }[]
}

const plansOf = (plans: Awaited<ReturnType<Payouts['plan']>>): PlanJson[] =>
  plans.map(({ uid, balanceMinor, payMinor, rail, destination, blocked, shares }) => ({
    ...{ uid, balance: String(balanceMinor), pay: String(payMinor), rail, destination, blocked },
    shares: shares.map(({ reason, amountMinor }) => ({ reason, amount: String(amountMinor) }))
  }))

export interface RunJson {
  requested: number
  words: readonly string[]
  plans: PlanJson[]
}

export async function planPayouts(desk: Desk): Promise<RunJson> {
  const payouts = payoutsOf(desk)
  return { requested: 0, words: payouts.words, plans: plansOf(await payouts.plan()) }
}

export async function runJson(desk: Desk): Promise<RunJson> {
  const payouts = payoutsOf(desk)
  const { requested, plans } = await payouts.run()
  return { requested, words: payouts.words, plans: plansOf(plans) }
}

export interface ReconciliationJson {
  applied: { payout: string; state: string; reason: string }[]
  repeated: number
  contradicting: string[]
  unknown: string[]
}

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
