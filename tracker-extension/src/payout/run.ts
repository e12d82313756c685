// A payout run: who is due by the policy, their payouts requested, prepared and submitted. Every step stands in the ledger
// before the next begins, and a run begins with what an earlier one left: killed anywhere, nothing is lost or paid twice.

import { createHash } from 'node:crypto'
import { FloodgateError } from '@floodgate/protocol'
import { LedgerError, type LedgerStore, type Payout } from '../ledger/index.ts'
import { parseDestination, type Destination } from './destination.ts'
import type { Lease } from './lease.ts'
import type { PayoutSetup } from './options.ts'
import { payOf, type Share, type Standing } from './policy.ts'
import type { Order, PayoutRail, Report } from './rail.ts'
import { Standings, catchUp } from './standings.ts'

export interface PayoutBase extends PayoutSetup {
  store: LedgerStore
  currency: string
  /** Unix milliseconds. */
  now: () => number
  onError: (error: unknown) => void
  /** Is the account revoked now? Nothing is paid to it then. */
  isRevoked: (uid: string) => Promise<boolean>
}

/** What a run makes of an account. */
export interface PlannedPayout {
  uid: string
  balanceMinor: bigint
  /** They add up to the balance. */
  shares: Share[]
  /** 0 if nothing is due. */
  payMinor: bigint
  rail: string
  destination: string
  /** Why what is due is not paid all the same: no destination, one that waits, or none that the rail can pay to. */
  blocked: string
  /** Payouts before this one. */
  payouts: number
}

/** Orders handed over together: what a bank's portal shows on a page. */
const BATCH_MAX = 500
const PAGE = 1000

export async function planPayouts(base: PayoutBase): Promise<PlannedPayout[]> {
  const standings = new Standings(base.policy.windowMs)
  await catchUp(standings, base.store)
  const now = base.now()
  const plans: PlannedPayout[] = []
  for (const standing of standings.all(now)) plans.push(await planOf(base, standing, now))
  return plans
}

async function planOf(base: PayoutBase, standing: Standing, now: number): Promise<PlannedPayout> {
  const { uid, balanceMinor, payouts } = standing
  const shares = base.policy.share(standing, now)
  const payMinor = payOf(shares)
  const plan = { uid, balanceMinor, shares, payMinor, payouts }
  const isRevoked = payMinor > 0n && (await base.isRevoked(uid))
  if (isRevoked) return { ...plan, rail: '', destination: '', blocked: 'revoked' }
  const place = await base.store.destination(uid)
  if (place === undefined) return { ...plan, rail: '', destination: '', blocked: 'no-destination' }
  const { rail, blocked } = railOf(base, place.destination)
  const waits = now < place.from ? `waits until ${new Date(place.from).toISOString()}` : ''
  return { ...plan, rail, destination: place.destination, blocked: waits || blocked }
}

function railOf(base: PayoutBase, text: string): { rail: string; blocked: string } {
  let destination: Destination
  try {
    destination = parseDestination(text)
  } catch (error) {
    return { rail: '', blocked: (error as Error).message }
  }
  const rail = base.railFor(destination)
  if (rail === undefined) return { rail: '', blocked: `no rail for ${destination.country}` }
  return { rail: rail.name, blocked: rail.refuses(destination) ?? '' }
}

/** The same for whoever counts the same payouts: two processes that plan at once request one payout, not two. */
const idOf = (uid: string, payouts: number): string =>
  createHash('sha256').update(`payout ${uid} ${payouts}`).digest('hex').slice(0, 32)

export interface RunResult {
  plans: PlannedPayout[]
  /** Payouts that were requested just now. */
  requested: number
}

/** Requests all that is due, and hands over all that was requested, by this run or one that did not come to its end. */
export async function runPayouts(base: PayoutBase, lease: Lease): Promise<RunResult> {
  await carryOn(base, lease)
  const plans = await planPayouts(base)
  let requested = 0
  for (const { uid, payMinor, rail, blocked, payouts } of plans) {
    if (payMinor === 0n || blocked !== '') continue
    try {
      const { sink } = base.rails.find(({ name }) => name === rail)!
      const order = { payoutId: idOf(uid, payouts), uid, amountMinor: payMinor, rail, sink }
      await base.store.execute({ kind: 'requestPayout', ...order, now: base.now() })
      requested++
    } catch (error) {
      // Money was spent, or another process paid, since the plan was made: the next run sees it.
      if (!(error instanceof LedgerError) || error.code === 'store-failed') throw error
      base.onError(error)
    }
  }
  await carryOn(base, lease)
  return { plans, requested }
}

/** All payouts that are on their way. */
async function openPayouts(store: LedgerStore): Promise<Payout[]> {
  const open: Payout[] = []
  for (;;) {
    const page = await store.openPayouts(open.at(-1)?.payoutId ?? '', PAGE)
    open.push(...page)
    if (page.length < PAGE) return open
  }
}

/** Prepares what was requested, and submits what was prepared. */
export async function carryOn(base: PayoutBase, lease: Lease): Promise<void> {
  for (const rail of base.rails) {
    const own = (await openPayouts(base.store)).filter((payout) => payout.rail === rail.name)
    const requested = own.filter(({ state }) => state === 'requested')
    const batches = new Set(
      own.filter(({ state }) => state === 'prepared').map(({ batch }) => batch)
    )
    for (let i = 0; i < requested.length; i += BATCH_MAX) {
      await lease.hold()
      const batch = await prepare(base, rail, requested.slice(i, i + BATCH_MAX))
      if (batch !== undefined) batches.add(batch)
    }
    for (const batch of batches) {
      await lease.hold()
      await submit(base, rail, batch)
    }
  }
}

export function orderOf({ currency }: { currency: string }, payout: Payout): Order {
  const { payoutId, uid, amountMinor, reference } = payout
  const destination = parseDestination(payout.destination)
  return { payoutId, uid, amountMinor, currency, destination, reference }
}

/** An order that the rail cannot carry out fails, as nothing has left yet; the others become a batch. */
async function prepare(
  base: PayoutBase,
  rail: PayoutRail,
  payouts: Payout[]
): Promise<string | undefined> {
  const { store, onError } = base
  const orders: Order[] = []
  for (const payout of payouts) {
    const { payoutId } = payout
    try {
      const order = orderOf(base, payout)
      await rail.prepare({ batch: payoutId, orders: [order], whole: [order] })
      orders.push(order)
    } catch (error) {
      if (!(error instanceof FloodgateError)) throw error
      const end = { outcome: 'failed', reason: error.message, now: base.now() } as const
      await store.execute({ kind: 'settlePayout', payoutId, ...end })
    }
  }
  if (orders.length === 0) return undefined
  const payoutIds = orders.map(({ payoutId }) => payoutId)
  const batch = createHash('sha256').update(payoutIds.join(' ')).digest('hex').slice(0, 32)
  try {
    await rail.prepare({ batch, orders, whole: orders })
    await store.execute({ kind: 'preparePayout', batch, payoutIds, now: base.now() })
    return batch
  } catch (error) {
    onError(error)
    return undefined
  }
}

/**
 * What a rail does not say for certain stays prepared, for the next run. Orders that have moved on are not handed over
 * again: one that failed has its money back.
 */
async function submit(base: PayoutBase, rail: PayoutRail, batch: string): Promise<void> {
  try {
    const members = await base.store.batch(batch)
    const due = members.filter(({ state }) => state === 'prepared')
    if (due.length === 0) return
    const [orders, whole] = [due, members].map((list) => list.map((one) => orderOf(base, one)))
    for (const report of await rail.submit({ batch, orders: orders!, whole: whole! })) {
      const outcome = await applyReport(base, report)
      if (outcome === 'applied' || outcome === 'repeated') continue
      const said = `${rail.name} says ${report.state} of payout ${report.payoutId}`
      base.onError(new FloodgateError('conflict', `${said}, which the ledger knows otherwise`))
    }
  } catch (error) {
    base.onError(error)
  }
}

/**
 * Writes down what a rail says: `repeated` if it was known, `contradicts` if the ledger knows better or the amount is
 * another; nothing moves then.
 */
export async function applyReport(
  { store, now }: PayoutBase,
  { payoutId, state, reference, reason, amountMinor }: Report
): Promise<'applied' | 'repeated' | 'contradicts' | 'unknown'> {
  const known = await store.payout(payoutId)
  if (known === undefined) return 'unknown'
  if (amountMinor !== undefined && amountMinor !== known.amountMinor) return 'contradicts'
  const name = reference === '' ? payoutId : reference
  try {
    if (state === 'submitted') {
      if (known.reference !== '') return 'repeated'
      await store.execute({ kind: 'submitPayout', payoutId, reference: name, now: now() })
      return 'applied'
    }
    const end = { outcome: state, reason, reference: name, now: now() }
    const { repeated } = await store.execute({ kind: 'settlePayout', payoutId, ...end })
    return repeated ? 'repeated' : 'applied'
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'conflict') return 'contradicts'
    throw error
  }
}
