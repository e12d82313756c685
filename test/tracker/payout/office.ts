// Payouts that are on their way, for tests of what is told of them afterwards: in any order, repeated, damaged.
import assert from 'node:assert/strict'
import { Payouts, memoryLedger, type LedgerStore, type PayoutRail } from '@floodgate/tracker'
import type { Desk } from '../../../tracker-extension/src/api/desk.ts'
import type { Random } from '../../support/random.ts'
import { balanceOf, earn, people } from './earned.ts'

/** What each payout is of, in minor units. */
export const EARNED = 300n

export interface Office {
  store: LedgerStore
  /** What the routes of payouts ask. */
  desk: Desk
  /** How each payout stands, in the order of the uids. */
  states(): Promise<string[]>
  balances(): Promise<bigint[]>
  close(): Promise<void>
}

/** Hands over what `batches` earned, one batch after the other, on a rail that takes it and does nothing. */
export async function openOffice(
  rail: PayoutRail,
  batches: string[][],
  destination: (uid: string, i: number) => string
): Promise<Office> {
  const store = memoryLedger({ currency: 'EUR' })
  const idle: PayoutRail = {
    ...rail,
    submit: async ({ batch, orders }) =>
      orders.map(({ payoutId }) => ({
        ...{ payoutId, state: 'submitted', reference: `${batch}.xml`, reason: '' }
      }))
  }
  const isRevoked = async (): Promise<boolean> => false
  const around = { store, currency: 'EUR', now: () => 1000, onError: assert.ifError, isRevoked }
  const payouts = new Payouts({ rail: idle }, around)
  const uids = batches.flat()
  await people(store, Object.fromEntries(uids.map((uid, i) => [uid, destination(uid, i)])))
  for (const own of batches) {
    for (const uid of own) await earn(store, uid, Number(EARNED) / 100)
    assert.equal((await payouts.run()).requested, own.length)
  }
  return {
    store,
    desk: { payouts } as Desk,
    states: () => Promise.all(uids.map(async (uid) => (await store.payoutsOf(uid))[0]!.state)),
    balances: () => Promise.all(uids.map((uid) => balanceOf(store, uid))),
    async close() {
      await payouts.close()
      await store.close()
    }
  }
}

/** Does something in an office, whose books must be in order afterwards. */
export async function inOffice(
  open: () => Promise<Office>,
  work: (office: Office) => Promise<void>
): Promise<void> {
  const office = await open()
  try {
    await work(office)
    assert.deepEqual((await office.store.audit()).faults, [])
  } finally {
    await office.close()
  }
}

/** What came back is on the account once, what was paid is not on it. */
export const backOf = (states: readonly string[]): bigint[] =>
  states.map((state) => (state === 'failed' || state === 'returned' ? EARNED : 0n))

export const shuffled = <T>(random: Random, list: readonly T[]): T[] => {
  const rest = [...list]
  return list.map(() => rest.splice(random.below(rest.length), 1)[0]!)
}

/** One byte is another, or the end is missing; a byte at least is left. */
export function damagedOnce(random: Random, whole: Uint8Array): Uint8Array {
  const at = random.below(whole.length)
  if (random.below(4) === 0) return whole.slice(0, at || 1)
  const damaged = whole.slice()
  damaged[at]! ^= 1 + random.below(255)
  return damaged
}
