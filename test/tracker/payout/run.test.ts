// Runs and reconciliation over a ledger: who is paid, what stays, what a rail in trouble leaves for the next run, and what the
// bank's word changes.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { codeOf } from '@floodgate/protocol'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Payouts,
  memoryLedger,
  replayPolicy,
  sepa,
  setupOf,
  storeCredit,
  webhook,
  type LedgerStore,
  type PayoutOptions,
  type PayoutRail,
  type Report
} from '@floodgate/tracker'
import { camt053, pain002 } from './bank.ts'
import { balanceOf, earn, people } from './earned.ts'
import { FakeService, SECRET } from './fake-service.ts'
import { toIban } from './orders.ts'

const folder = mkdtempSync(join(tmpdir(), 'floodgate-run-'))
after(() => rmSync(folder, { recursive: true }))
const own = { iban: 'DE75512108001245126199', name: 'Example' }

describe('payout runs', () => {
  let store: LedgerStore
  let now = 1000
  let errors: unknown[] = []
  const revoked = new Set<string>()
  const opened: Payouts[] = []
  const start = (options: PayoutOptions): Payouts => {
    const onError = (error: unknown) => void errors.push(error)
    const isRevoked = async (uid: string) => revoked.has(uid)
    const surroundings = { store, currency: 'EUR', now: () => now, onError, isRevoked }
    const payouts = new Payouts(options, surroundings)
    opened.push(payouts)
    return payouts
  }
  beforeEach(() => {
    store = memoryLedger({ currency: 'EUR' })
    now = 1000
    errors = []
    revoked.clear()
  })
  afterEach(async () => {
    for (const payouts of opened.splice(0)) await payouts.close()
    assert.deepEqual((await store.audit()).faults, [])
    await store.close()
  })

  it('F45 F48: pays who is due, and says of the others why not', async () => {
    await people(store, { bob: toIban(0), carol: '', dave: toIban(1), erin: 'payto://credit/' })
    for (const uid of ['bob', 'carol', 'erin']) await earn(store, uid, 8)
    await earn(store, 'dave', 4)
    const place = join(folder, 'due')
    const payouts = start({ minimum: '5.00 EUR', rail: sepa({ ...own, folder: place }) })
    const planned = await payouts.plan()
    assert.deepEqual(
      planned.map(({ uid, payMinor, blocked }) => `${uid} ${payMinor} ${blocked}`),
      ['bob 800 ', 'carol 800 no-destination', 'dave 0 ', 'erin 800 an IBAN is needed']
    )
    assert.deepEqual(await store.payouts(), [], 'a plan does nothing')
    assert.equal((await payouts.run()).requested, 1)
    assert.equal((await payouts.run()).requested, 0)
    assert.equal(await balanceOf(store, 'bob'), 0n)
    const [payout] = await store.payoutsOf('bob')
    assert.equal(payout?.state, 'submitted')
    assert.deepEqual(readdirSync(place), [`${payout.batch}.xml`])
    assert.deepEqual(errors, [])
  })

  it('F48: books paid and returned as the bank says, once, and lists what is not ours', async () => {
    await people(store, { bob: toIban(0), carol: toIban(1), dave: toIban(2) })
    for (const uid of ['bob', 'carol', 'dave']) await earn(store, uid, 3)
    const payouts = start({ rail: sepa({ ...own, folder: join(folder, 'bank') }) })
    await payouts.run()
    const [bob, carol, dave] = await Promise.all(
      ['bob', 'carol', 'dave'].map(async (uid) => (await store.payoutsOf(uid))[0]!.payoutId)
    )
    const statement = camt053([
      { id: bob!, way: 'DBIT', amount: '3.00' },
      { id: carol!, way: 'DBIT', amount: '2.99' },
      { id: 'INVOICE-7', way: 'DBIT', amount: '1.00' }
    ])
    const first = await payouts.reconcile(statement)
    assert.deepEqual(
      first.applied.map(({ payoutId }) => payoutId),
      [bob]
    )
    assert.deepEqual(
      first.contradicting.map(({ payoutId }) => payoutId),
      [carol]
    )
    assert.deepEqual(first.unknown, ['INVOICE-7'])
    assert.equal((await payouts.reconcile(statement)).repeated, 1)
    const report = pain002('m', [{ id: dave!, status: 'RJCT', code: 'AC04' }])
    await payouts.reconcile(report)
    assert.equal(await balanceOf(store, 'dave'), 300n)
    assert.equal((await store.payout(dave!))?.reason, 'AC04')
    const back = camt053([{ id: bob!, way: 'CRDT', amount: '3.00', returned: 'AC01' }])
    await payouts.reconcile(back)
    assert.equal(await balanceOf(store, 'bob'), 300n)
    // What came back is paid by the next run, as another payout.
    assert.equal((await payouts.run()).requested, 2)
    assert.notEqual((await store.openPayouts()).find(({ uid }) => uid === 'bob')?.payoutId, bob)
  })

  it('reads a refusal of a whole file as one of each payout in it', async () => {
    await people(store, { bob: toIban(0), carol: toIban(1) })
    for (const uid of ['bob', 'carol']) await earn(store, uid, 3)
    const payouts = start({ rail: sepa({ ...own, folder: join(folder, 'whole') }) })
    await payouts.run()
    const [{ batch } = { batch: '' }] = await store.payouts()
    await payouts.reconcile(pain002(batch, [], 'RJCT'))
    assert.deepEqual(await Promise.all(['bob', 'carol'].map((uid) => balanceOf(store, uid))), [
      300n,
      300n
    ])
  })

  it('I1 I6: a refused copy of a file, or a refusal of what is booked, gives nothing back', async () => {
    await people(store, { bob: toIban(0), carol: toIban(1) })
    const both = ['bob', 'carol'] as const
    for (const uid of both) await earn(store, uid, 3)
    const payouts = start({ rail: sepa({ ...own, folder: join(folder, 'copy') }) })
    await payouts.run()
    const [{ batch } = { batch: '' }] = await store.payouts()
    const ids = await Promise.all(
      both.map(async (uid) => (await store.payoutsOf(uid))[0]!.payoutId)
    )
    const states = () => Promise.all(ids.map(async (id) => (await store.payout(id))?.state))
    for (const reason of ['AM05', 'DU01', 'DU05']) {
      const told = await payouts.reconcile(pain002(batch, [], 'RJCT', reason))
      assert.deepEqual([told.applied, told.unknown], [[], [batch]], reason)
      assert.deepEqual(await states(), ['submitted', 'submitted'], reason)
    }
    const booked = (id: string) => camt053([{ id, way: 'DBIT', amount: '3.00' }])
    await payouts.reconcile(booked(ids[0]!))
    const refusal = pain002(batch, [], 'RJCT')
    const told = await payouts.reconcile(refusal)
    assert.deepEqual(
      [told.applied, told.contradicting.map(({ payoutId }) => payoutId).sort()],
      [[], [...ids].sort()]
    )
    assert.deepEqual(await states(), ['paid', 'submitted'])
    await payouts.reconcile(booked(ids[1]!))
    for (const file of [refusal, pain002(batch, [], 'RJCT', 'DU01')]) await payouts.reconcile(file)
    assert.deepEqual(await states(), ['paid', 'paid'])
    assert.equal((await payouts.run()).requested, 0)
    assert.deepEqual(await Promise.all(both.map((uid) => balanceOf(store, uid))), [0n, 0n])
  })

  it('I6: goes on with what a rail in trouble left', async () => {
    const service = await FakeService.start()
    try {
      await people(store, { bob: 'payto://webhook/bob' })
      await earn(store, 'bob', 3)
      const rail = () => webhook({ url: service.url, secret: SECRET, retryMs: [] })
      service.troubles = ['late-hang-up']
      await start({ rail: rail() }).run()
      const [left] = await store.payouts()
      assert.equal(left?.state, 'prepared')
      await start({ rail: rail() }).run()
      assert.equal((await store.payout(left.payoutId))?.state, 'paid')
      assert.deepEqual([...service.times.values()], [1])
      assert.equal(await balanceOf(store, 'bob'), 0n)
    } finally {
      await service.close()
    }
  })

  it('two processes that run at once pay once', async () => {
    await people(store, { bob: 'payto://credit/', carol: 'payto://credit/' })
    for (const uid of ['bob', 'carol']) await earn(store, uid, 3)
    // A deposit that a second payout of the same earnings would eat up.
    await store.execute({
      kind: 'deposit',
      id: 'x',
      uid: 'bob',
      amountMinor: 300n,
      reason: '',
      now
    })
    const both = [start({ rail: storeCredit() }), start({ rail: storeCredit() })]
    const ends = await Promise.allSettled(both.map((payouts) => payouts.run()))
    for (const end of ends)
      if (end.status === 'rejected') assert.equal(codeOf(end.reason), 'not-ready')
    assert.equal((await store.payouts()).length, 2)
    assert.equal(await balanceOf(store, 'bob'), 300n)
  })

  it('I6: hands nothing over while another process does, and takes over when that has died', async () => {
    await people(store, { bob: 'payto://credit/' })
    await earn(store, 'bob', 3)
    const asked = Promise.withResolvers<void>()
    const answer = Promise.withResolvers<Report[]>()
    let times = 0
    const slow: PayoutRail = {
      ...storeCredit(),
      submit() {
        times++
        asked.resolve()
        return answer.promise
      }
    }
    const first = start({ rail: slow }).run()
    await asked.promise
    const second = start({ rail: slow })
    await assert.rejects(second.run(), { code: 'not-ready' })
    assert.equal(times, 1)
    now += 5 * 60e3
    answer.resolve([])
    await second.run()
    assert.ok(times > 1)
    // The first wakes up: its lease is over, and it has no more to say.
    await first.catch((error: unknown) => assert.equal(codeOf(error), 'not-ready'))
    assert.deepEqual(errors, [])
  })

  it('F4: a process that pays nothing out keeps the split, and so does one without a policy after it', async () => {
    await people(store, { bob: 'payto://credit/' })
    const split = { seller: 80, provider: 20 }
    const idle = start({ split, run: false, rail: storeCredit() })
    await idle.close()
    await earn(store, 'bob', 5)
    assert.equal(await balanceOf(store, 'bob'), 400n)
    await assert.rejects(idle.run(), { code: 'not-offered' })
    assert.equal((await idle.plan())[0]!.payMinor, 400n)
    assert.ok(idle.words.some((line) => line.startsWith('This process pays nothing out')))
  })

  it('fails a payout that its rail cannot carry out, and pays the others', async () => {
    await people(store, { bob: 'payto://credit/', carol: 'payto://credit/' })
    for (const uid of ['bob', 'carol']) await earn(store, uid, 3)
    const rail: PayoutRail = {
      ...storeCredit(),
      async prepare({ orders }) {
        if (orders.some(({ uid }) => uid === 'bob')) {
          const { FloodgateError } = await import('@floodgate/protocol')
          throw new FloodgateError('bad-request', 'not to bob')
        }
      }
    }
    await start({ rail }).run()
    assert.equal(await balanceOf(store, 'bob'), 300n)
    assert.equal(await balanceOf(store, 'carol'), 0n)
  })

  it('F2: pays nobody whose destination was changed just now', async () => {
    await people(store, { bob: toIban(0) })
    await earn(store, 'bob', 3)
    const payouts = start({ rail: sepa({ ...own, folder }), destinationHold: '1 day' })
    const { from } = await payouts.setDestination('bob', toIban(1))
    assert.equal(from, now + 86_400e3)
    assert.match((await payouts.plan())[0]!.blocked, /^waits until/)
    assert.equal((await payouts.run()).requested, 0)
    now = from
    assert.equal((await payouts.run()).requested, 1)
  })

  it('G13: pays nobody who is revoked, and everybody again once that is over', async () => {
    await people(store, { bob: 'payto://credit/' })
    await earn(store, 'bob', 3)
    const payouts = start({ rail: storeCredit() })
    revoked.add('bob')
    assert.equal((await payouts.plan())[0]!.blocked, 'revoked')
    assert.equal((await payouts.run()).requested, 0)
    revoked.clear()
    assert.equal((await payouts.run()).requested, 1)
  })

  it('replays a policy over the journal, and proves the sums', async () => {
    await people(store, { bob: toIban(0), carol: toIban(1) })
    const DAY_MS = 86_400e3
    const START = Date.UTC(2026, 0, 1)
    for (let day = 0; day < 20; day++) await earn(store, 'bob', 2, START + day * DAY_MS)
    await earn(store, 'carol', 2, START)
    const words = { minimum: '5.00 EUR', hold: '7 days', schedule: '0 3 * * 1' }
    const setup = setupOf({ ...words, rail: storeCredit() }, 'EUR')
    const found = await replayPolicy(setup, store, START + 20 * DAY_MS)
    const bob = found.accounts.find(({ uid }) => uid === 'bob')!
    const carol = found.accounts.find(({ uid }) => uid === 'carol')!
    assert.equal(bob.paidMinor + bob.balanceMinor, 4000n)
    assert.ok(bob.payouts >= 2 && bob.paidMinor > 0n)
    assert.deepEqual(carol.shares, [{ reason: 'minimum', amountMinor: 200n }])
    assert.equal(found.paidMinor, bob.paidMinor)
    assert.deepEqual(await store.payouts(), [])
  })
})
