// A bank's files about payouts: each once or often, in any order, damaged in between. Money moves once, or somebody is told why
// it did not; what cannot be read moves nothing.
import assert from 'node:assert/strict'
import { codeOf, utf8 } from '@floodgate/protocol'
import { sepa, type ReconciliationJson } from '@floodgate/tracker'
import { reconcileJson } from '../../../tracker-extension/src/api/payouts.ts'
import { SEED, randomFrom } from '../../support/random.ts'
import { camt053, pain002 } from './bank.ts'
import { backOf, damagedOnce, inOffice, openOffice, shuffled, type Office } from './office.ts'
import { toIban } from './orders.ts'

const RUNS = Number(process.env['FLOODGATE_SCHEDULES'] ?? 150)

/** What becomes of each payout, of which all files together tell. Frank's and Grace's are in a batch of their own. */
const ENDS: Readonly<Record<string, string>> = {
  ...{ bob: 'paid', carol: 'returned', dave: 'failed', erin: 'submitted' },
  ...{ frank: 'failed', grace: 'failed' }
}
const UIDS = Object.keys(ENDS)
const FIRST = 4
const rail = sepa({ iban: 'DE75512108001245126199', name: 'Example', folder: '/dev/null' })

const open = (): Promise<Office> =>
  openOffice(rail, [UIDS.slice(0, FIRST), UIDS.slice(FIRST)], (_, i) => toIban(i))

/** What the route answers, or the code that it refuses with. */
async function take({ desk }: Office, body: Uint8Array): Promise<ReconciliationJson | string> {
  try {
    return await reconcileJson(desk, { body, params: {} })
  } catch (error) {
    const code = codeOf(error)
    assert.ok(['bad-statement', 'bad-request'].includes(code), String((error as Error).stack))
    return code
  }
}

/** Status reports of two batches, and statements of two days. */
async function filesOf({ store }: Office): Promise<Uint8Array[]> {
  const [bob, carol, dave, erin, frank] = await Promise.all(
    UIDS.map(async (uid) => (await store.payoutsOf(uid))[0]!)
  )
  const amount = '3.00'
  return [
    pain002(bob!.batch, [
      { id: bob!.payoutId, status: 'ACSC' },
      { id: carol!.payoutId, status: 'ACSC' },
      { id: dave!.payoutId, status: 'RJCT', code: 'AC04' },
      { id: erin!.payoutId, status: 'ACSP' }
    ]),
    camt053([
      { id: bob!.payoutId, way: 'DBIT', amount },
      { id: carol!.payoutId, way: 'DBIT', amount },
      { id: erin!.payoutId, way: 'DBIT', amount, status: 'PDNG' },
      { id: 'INVOICE-7', way: 'DBIT', amount: '1.00' }
    ]),
    camt053([
      { id: carol!.payoutId, way: 'CRDT', amount, returned: 'AC01' },
      { id: 'SALE-9', way: 'CRDT', amount: '9.00' }
    ]),
    pain002(frank!.batch, [], 'RJCT')
  ].map(utf8)
}
/** What each file names that is no payout. */
const OTHERS = [[], ['INVOICE-7'], ['SALE-9'], []]

/** Words of a status that a single byte turns into each other, which nobody could see: settled, and about to be. */
const saysTheSame = (one: Uint8Array, other: Uint8Array): boolean => {
  const [first, second] = [one, other].map((file) =>
    Buffer.from(file)
      .toString('latin1')
      .replaceAll(/AC[SC][CP]</g, 'ACSC<')
  )
  return first === second
}

describe(`payouts: a bank's files (FLOODGATE_SEED=${SEED})`, function () {
  this.timeout(60_000 + RUNS * 100)
  let files: Uint8Array[]
  before(async () => {
    const office = await open()
    files = await filesOf(office)
    await office.close()
  })

  it('I1 I6: in any order and repeated: each payout comes to the same end, once', async () => {
    const random = randomFrom(SEED)
    for (let run = 0; run < RUNS; run++) {
      await inOffice(open, async (office) => {
        for (const at of shuffled(random, [0, 1, 2, 3, 0, 1, 2, 3])) {
          const told = await take(office, files[at]!)
          assert.ok(typeof told !== 'string', String(told))
          assert.deepEqual([told.contradicting, told.unknown], [[], OTHERS[at]], `file ${at}`)
        }
        assert.deepEqual(await office.states(), Object.values(ENDS))
        assert.deepEqual(await office.balances(), backOf(Object.values(ENDS)))
      })
    }
  })

  it('I1 I6: with damaged ones in between: money moves once, and in the end it is where it belongs', async () => {
    const random = randomFrom(SEED)
    for (let run = 0; run < RUNS; run++) {
      const damaged = damagedOnce(random, random.pick(files))
      await inOffice(open, async (office) => {
        for (const file of shuffled(random, [...files, ...files, damaged, damaged])) {
          await take(office, file)
          const states = await office.states()
          assert.deepEqual(await office.balances(), backOf(states), 'money moved by half, or twice')
        }
        const ends = await office.states()
        // Erin's is on its way; that it arrived is all that one byte may have said too early.
        const erin = UIDS.indexOf('erin')
        if (ends[erin] === 'paid') ends[erin] = 'submitted'
        assert.deepEqual(ends, Object.values(ENDS), Buffer.from(damaged).toString())
      })
    }
  })

  it('what a damaged file says no more is refused, or somebody is told of it', async () => {
    const random = randomFrom(SEED)
    for (let run = 0; run < RUNS; run++) {
      const at = random.below(files.length)
      const damaged = damagedOnce(random, files[at]!)
      if (saysTheSame(files[at]!, damaged)) continue
      let expected: string[] = []
      await inOffice(open, async (office) => {
        await take(office, files[at]!)
        expected = await office.states()
      })
      await inOffice(open, async (office) => {
        const before = await office.states()
        const told = await take(office, damaged)
        const states = await office.states()
        if (typeof told === 'string') return assert.deepEqual(states, before, 'moved by half')
        const isTold = told.contradicting.length > 0 || told.unknown.join() !== OTHERS[at]!.join()
        const what = Buffer.from(damaged).toString()
        assert.ok(isTold || states.join() === expected.join(), `${states.join()} of ${what}`)
      })
    }
  })
})
