// What every payout rail must do. An implementation's test calls `payoutRailCompliance` with a way to make the rail, a
// destination that it pays to, and what its far end has really done.
import assert from 'node:assert/strict'
import { parseDestination, type Batch, type PayoutRail, type Report } from '@floodgate/tracker'
import { batchOf, orderOf } from './orders.ts'

export interface RailUnderTest {
  /** The rail, as a process makes it that has just started; all of one test have one far end. */
  rail(): PayoutRail
  /** Payout id → times that the far end was told to pay it and did. */
  done(): Map<string, number> | Promise<Map<string, number>>
  close?(): Promise<void>
}

export function payoutRailCompliance(
  name: string,
  destinations: readonly string[],
  make: () => Promise<RailUnderTest>
): void {
  describe(`payout rail: ${name}`, () => {
    let under: RailUnderTest
    beforeEach(async () => {
      under = await make()
    })
    afterEach(() => under.close?.())
    let names = 0
    const batch = (): Batch => {
      const tag = `${name} ${++names}`
      const orders = destinations.map((to, i) => orderOf(`${tag} ${i}`, to, BigInt(999 + i)))
      return batchOf(tag, ...orders)
    }
    const idsOf = (reports: readonly Report[]) => reports.map(({ payoutId }) => payoutId)

    it('takes the destinations that it says, and names why it refuses others', () => {
      const rail = under.rail()
      for (const to of destinations) assert.equal(rail.refuses(parseDestination(to)), undefined)
      const all = ['payto://credit/', 'payto://stripe/acct_1234567', 'payto://webhook/erika']
      const others = all.filter((to) => rail.refuses(parseDestination(to)) !== undefined)
      assert.ok(others.length > 0)
      assert.match(rail.name, /^[a-z]+$/)
    })

    it('pays nothing when it prepares', async () => {
      const given = batch()
      await under.rail().prepare(given)
      await under.rail().prepare(given)
      assert.deepEqual(await under.done(), new Map())
    })

    it('answers for each order of a batch, with a reference', async () => {
      const given = batch()
      const reports = await under.rail().submit(given)
      assert.deepEqual(
        idsOf(reports),
        given.orders.map(({ payoutId }) => payoutId)
      )
      for (const { state, reference } of reports) {
        assert.ok(state === 'submitted' || state === 'paid', state)
        assert.match(reference, /^[\x21-\x7e]{1,128}$/)
      }
    })

    it('I6 W14: a batch that is submitted again, also by another process, is handed over once', async () => {
      const given = batch()
      const first = await under.rail().submit(given)
      const rail = under.rail()
      assert.deepEqual(await rail.submit(given), first)
      assert.deepEqual(await rail.submit(given), first)
      const once = new Map(given.orders.map(({ payoutId }) => [payoutId, 1]))
      assert.deepEqual(await under.done(), once)
    })

    it('reports nothing of orders that it was not given', async () => {
      const given = batch()
      await under.rail().submit(given)
      const { reports } = await under.rail().reconcile([])
      assert.deepEqual(reports, [])
    })

    it('has nothing against being asked again how orders stand', async () => {
      const given = batch()
      const rail = under.rail()
      const references = new Map(
        (await rail.submit(given)).map(({ payoutId, reference }) => [payoutId, reference])
      )
      const orders = given.orders.map((order) => ({
        ...order,
        reference: references.get(order.payoutId)!
      }))
      const { reports } = await rail.reconcile(orders)
      for (const { payoutId, state } of reports) {
        assert.ok(references.has(payoutId))
        assert.ok(state === 'paid' || state === 'submitted')
      }
      assert.deepEqual(await rail.reconcile(orders), { reports, unknown: [] })
      const once = new Map(given.orders.map(({ payoutId }) => [payoutId, 1]))
      assert.deepEqual(await under.done(), once)
    })
  })
}
