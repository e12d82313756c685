// The simulation can fail: each of these bugs, planted for the time of a test, is found within a few schedules.

import assert from 'node:assert/strict'
import { Trust, decode, type SignedName } from '@floodgate/protocol'
import type { LedgerStore } from '@floodgate/tracker'
import { Sale } from '@floodgate/wallet'
import { Saver } from '../../plugins/floodgate-wallet/src/saver.ts'
import { Selling } from '../../plugins/floodgate-wire/src/trade/selling.ts'
import { play, type Variation } from './schedule.ts'

interface Bug {
  name: string
  /** Which invariant finds it, and within how many schedules. */
  finds: RegExp
  within: number
  /** Plants it; the function returned takes it out. */
  plant?: () => () => void
  variation?: Variation
}

/** Puts another method in the place of one. */
function replace<T extends object, N extends keyof T & string>(
  on: T,
  name: N,
  by: (before: T[N]) => T[N]
): () => void {
  const before = on[name]
  const put = (value: T[N]): void => {
    Object.defineProperty(on, name, { value, configurable: true, writable: true })
  }
  put(by(before))
  return () => put(before)
}

/** A provider whose ledger does something else. */
const amended = (execute: (store: LedgerStore) => LedgerStore['execute']): Variation => ({
  arrange: ({ office }) => {
    office.amend = (store) => ({ ...store, execute: execute(store) })
  }
})

const BUGS: Bug[] = [
  {
    name: 'a seller gives one piece more than its limit',
    finds: /^I2/,
    within: 30,
    plant: () =>
      replace(Selling.prototype, 'limit', (limit) => {
        return function (this: Selling) {
          return limit.call(this) + 1
        }
      })
  },
  {
    name: 'a payment does not end the debt',
    finds: /^I2/,
    within: 30,
    plant: () =>
      replace(Sale.prototype, 'accept', (accept) => {
        return function (this: Sale, ...args) {
          const owed = this.owed as Set<number>
          const before = [...owed]
          accept.apply(this, args)
          for (const index of before) owed.add(index)
        }
      })
  },
  {
    name: 'a wallet says that it is saved before it is',
    finds: /^I6/,
    within: 100,
    plant: () => replace(Saver.prototype, 'saved', () => () => Promise.resolve())
  },
  {
    name: 'nobody looks at the signatures of peers',
    finds: /^I\d/,
    within: 300,
    plant: () =>
      replace(Trust.prototype, 'signedBy', () => async (name: SignedName, bytes: Uint8Array) => {
        return decode(bytes, name).message as never
      })
  },
  {
    name: 'the buyer is refunded before the sellers that have evidence',
    finds: /^I4/,
    within: 100,
    variation: amended((store) => async (command) => {
      if (command.kind !== 'prove') return store.execute(command)
      const complaint = await store.complaint(command.complaintId)
      return { complaint: { ...complaint, outcome: 'proved' } } as never
    })
  },
  {
    name: 'the court pays at the proof of possession',
    finds: /^I3/,
    within: 300,
    variation: amended((store) => async (command) => {
      const done = await store.execute(command)
      if (command.kind !== 'prove') return done
      const acceptance = Uint8Array.of(1)
      return (await store.execute({ ...command, kind: 'settle', acceptance })) as typeof done
    })
  },
  {
    name: 'the court takes a word for a proof',
    finds: /^I5/,
    within: 100,
    variation: amended((store) => (command) => {
      if (command.kind !== 'complain' || command.outcome !== 'challenge')
        return store.execute(command)
      return store.execute({ ...command, outcome: 'guilty', code: 'unpaid' })
    })
  }
]

/** Does a schedule break the invariant that the bug is to break? */
async function isFound({ within, variation, finds }: Bug): Promise<boolean> {
  for (let seed = 1; seed <= within; seed++) {
    const { faults } = await play(seed, { ...variation, isReal: false })
    if (faults.some((fault) => finds.test(fault.replace(/^AssertionError[^:]*: /, '')))) return true
  }
  return false
}

describe('simulation: planted bugs are found', () => {
  for (const bug of BUGS) {
    it(bug.name, async function () {
      this.timeout(0)
      const takeOut = bug.plant?.()
      try {
        assert.ok(await isFound(bug), `not within ${bug.within} schedules`)
      } finally {
        takeOut?.()
      }
    })
  }
})
