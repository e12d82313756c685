// What every ledger store must do about money out: the split of claims, destinations, and the life of a payout. A part of
// the compliance suite; compliance.ts calls it. Sessions are tables, in the words of payout-script.ts. A repeated outcome
// has `again` behind it. Columns may be uids and the ledger's own accounts.
import assert from 'node:assert/strict'
import { LedgerError, type LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { payoutCommandOf } from './payout-script.ts'
import { openAccount, resultOf } from './script.ts'

const OWN_ACCOUNTS = new Set(['escrow', 'provider', 'payout', 'cash', 'store'])

const tables: Record<string, string> = {
  'F48 F49: a payout goes through transit and leaves as cash': `
    command                              → outcome               | bob payout cash
    deposit d1 bob 100                   → ok                    | 100   0  100
    request o1 bob 60                    → no-destination        | 100   0  100
    want    bob payto://a hold=0         → from 100              | 100   0  100
    request o1 bob 60                    → requested             |  40  60  100
    request o1 bob 60                    → requested again       |  40  60  100
    request o1 bob 61                    → conflict              |  40  60  100
    request o2 bob 41                    → insufficient-funds    |  40  60  100
    submit  o1 r1                        → conflict              |  40  60  100
    end     o1 paid                      → conflict              |  40  60  100
    prepare b1 o1                        → ok                    |  40  60  100
    prepare b1 o1                        → ok again              |  40  60  100
    prepare b2 o1                        → conflict              |  40  60  100
    end     o1 paid                      → conflict              |  40  60  100
    submit  o1 r1                        → submitted             |  40  60  100
    submit  o1 r1                        → submitted again       |  40  60  100
    submit  o1 r2                        → conflict              |  40  60  100
    end     o1 paid                      → paid                  |  40   0   40
    end     o1 paid                      → paid again            |  40   0   40
    submit  o1 r1                        → paid again            |  40   0   40
    prepare b1 o1                        → ok again              |  40   0   40
    end     o1 failed                    → conflict              |  40   0   40`,
  'F48: what fails or comes back is the peer’s again, also after it was paid': `
    command                              → outcome               | bob payout cash
    deposit d1 bob 100                   → ok                    | 100   0  100
    want    bob payto://a hold=0         → from 100              | 100   0  100
    request o1 bob 10                    → requested             |  90  10  100
    request o2 bob 20                    → requested             |  70  30  100
    request o3 bob 30                    → requested             |  40  60  100
    end     o1 failed                    → failed                |  50  50  100
    end     o1 failed                    → failed again          |  50  50  100
    end     o1 paid                      → conflict              |  50  50  100
    prepare b1 o2 o3                     → ok                    |  50  50  100
    submit  o2 r2                        → submitted             |  50  50  100
    submit  o3 r3                        → submitted             |  50  50  100
    end     o2 returned                  → returned              |  70  30  100
    end     o2 paid                      → returned again        |  70  30  100
    end     o3 paid                      → paid                  |  70   0   70
    end     o3 returned                  → returned              | 100   0  100
    end     o3 returned                  → returned again        | 100   0  100
    end     o9 paid                      → unknown-payout        | 100   0  100`,
  'I6: a batch is made whole or not at all, and never changes': `
    command                              → outcome               | bob payout
    deposit d1 bob 100                   → ok                    | 100   0
    want    bob payto://a hold=0         → from 100              | 100   0
    request o1 bob 10                    → requested             |  90  10
    request o2 bob 10                    → requested             |  80  20
    request o3 bob 10                    → requested             |  70  30
    prepare b1 o1 o9                     → unknown-payout        |  70  30
    prepare b1 o1 o1                     → bad-command           |  70  30
    prepare b1                           → bad-command           |  70  30
    prepare b1 o1 o2                     → ok                    |  70  30
    prepare b1 o1                        → conflict              |  70  30
    prepare b1 o1 o2 o3                  → conflict              |  70  30
    prepare b2 o2 o3                     → conflict              |  70  30
    prepare b2 o3                        → ok                    |  70  30`,
  'F49: store credit turns into goods that the provider owes, and no cash leaves': `
    command                              → outcome               | bob payout store cash
    deposit d1 bob 50                    → ok                    |  50   0   0   50
    want    bob payto://credit hold=0    → from 100              |  50   0   0   50
    request o1 bob 50 credit store       → requested             |   0  50   0   50
    prepare b1 o1                        → ok                    |   0  50   0   50
    submit  o1 r1                        → submitted             |   0  50   0   50
    end     o1 paid                      → paid                  |   0   0  50   50
    end     o1 returned                  → returned              |  50   0   0   50`,
  'F2: a destination waits after a change, and going back does not': `
    command                              → outcome               | bob payout
    deposit d1 bob 50                    → ok                    |  50   0
    want    zoe payto://a hold=0         → unknown-account       |  50   0
    want    bob payto://a hold=10        → from 110              |  50   0
    want    bob payto://a hold=10 at=105 → from 110              |  50   0
    request o1 bob 10 at=109             → no-destination        |  50   0
    request o1 bob 10 at=110             → requested             |  40  10
    want    bob payto://b hold=10 at=120 → from 130              |  40  10
    want    bob payto://c hold=10 at=125 → from 135              |  40  10
    request o2 bob 10 at=131             → no-destination        |  40  10
    want    bob payto://a hold=10 at=132 → from 132              |  40  10
    request o2 bob 10 at=132             → requested             |  30  20
    want    bob payto://b hold=10 at=140 → from 150              |  30  20
    request o3 bob 10 at=150             → requested             |  20  30
    want    bob payto://a hold=10 at=151 → from 161              |  20  30`,
  'F4: a split gives the seller its part rounded down, carries the rest, and loses nothing': `
    command                              → outcome               | alice bob carol escrow provider
    deposit d1 alice 100                 → ok                    |  100  0  0   0  0
    publish film 8 3                     → ok                    |  100  0  0   0  0
    purchase p1 alice film 3             → p1 -24                |   76  0  0  24  0
    redeem c1 bob p1 10000000 share=800000   → +2 1/0/0          |   76  2  0  21  1
    redeem c1 bob p1 10000000 share=500000   → +2 1/0/0          |   76  2  0  21  1
    redeem c2 bob p1 11000000 share=800000   → +2 1/0/0          |   76  4  0  18  2
    redeem c3 bob p1 11100000 share=800000   → +3 1/0/0          |   76  7  0  15  2
    redeem c4 bob p1 11110000 share=800000   → +2 1/0/0          |   76  9  0  12  3
    redeem c5 bob p1 11111000 share=800000   → +3 1/0/0          |   76 12  0   9  3
    redeem c1 carol p1 00000100 share=0      → +0 1/0/0          |   76 12  0   6  6
    redeem c6 bob p1 00000010            → +3 1/0/0              |   76 15  0   3  6
    redeem c2 carol p1 10000100          → +3 0/1/0              |   73 15  3   3  6
    redeem c7 bob p1 00000001 share=1000001  → bad-command       |   73 15  3   3  6`,
  'F4: who names no split shares claims as it was kept last': `
    command                              → outcome               | alice bob escrow provider
    deposit d1 alice 300                 → ok                    |  300   0   0   0
    publish film 3 100                   → ok                    |  300   0   0   0
    purchase p1 alice film 100           → p1 -300               |    0   0 300   0
    redeem c1 bob p1 100                 → +100 1/0/0            |    0 100 200   0
    split 800000                         → ok                    |    0 100 200   0
    split 800000                         → ok                    |    0 100 200   0
    redeem c2 bob p1 110                 → +80 1/0/0             |    0 180 100  20
    split 1000001                        → bad-command           |    0 180 100  20
    redeem c3 bob p1 111 share=500000    → +50 1/0/0             |    0 230   0  70`,
  'I6: one process has the lease at a time, until it ends it or time does': `
    command                              → outcome               | bob
    lease 0 200 at=100                   → taken 200             |   0
    lease 0 210 at=110                   → busy 200              |   0
    lease 200 250 at=150                 → taken 250             |   0
    lease 200 299 at=199                 → busy 250              |   0
    lease 0 350 at=250                   → taken 350             |   0
    lease 250 360 at=260                 → busy 350              |   0
    lease 250 0 at=260                   → busy 350              |   0
    lease 350 0 at=270                   → taken 0               |   0
    lease 0 371 at=271                   → taken 371             |   0`
}

const OURS = /^(split|lease|want|request|prepare|submit|end) /

async function outcomeOf(store: LedgerStore, line: string): Promise<string> {
  const command = payoutCommandOf(line)
  if (!OURS.test(line)) return resultOf(store, command)
  try {
    const outcome = await store.execute(command)
    if ('from' in outcome) return `from ${outcome.from}`
    if ('taken' in outcome) return `${outcome.taken ? 'taken' : 'busy'} ${outcome.until}`
    const again = 'repeated' in outcome && outcome.repeated ? ' again' : ''
    return 'payout' in outcome ? `${outcome.payout.state}${again}` : `ok${again}`
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
}

/** Balances by the ledger's names, out of the journal. */
async function balances(store: LedgerStore): Promise<Map<string, bigint>> {
  const sums = new Map<string, bigint>()
  const add = (account: string, minor: bigint) =>
    sums.set(account, (sums.get(account) ?? 0n) + minor)
  for (const { debit, credit, amountMinor } of await store.journal()) {
    add(debit, debit === 'cash' ? amountMinor : -amountMinor)
    add(credit, credit === 'cash' ? -amountMinor : amountMinor)
  }
  return sums
}

async function runPayoutTable(store: LedgerStore, table: string): Promise<void> {
  const [head, ...lines] = table.trim().split('\n')
  const columns = head!.split('|')[1]!.trim().split(/\s+/)
  for (const name of columns) if (!OWN_ACCOUNTS.has(name)) await openAccount(store, name)
  for (const line of lines) {
    const [command = '', rest = ''] = line.trim().split(' → ')
    const [outcome = '', expected = ''] = rest.split('|').map((part) => part.trim())
    const got = await outcomeOf(store, command.trim())
    const sums = await balances(store)
    const found = columns.map((name) => sums.get(OWN_ACCOUNTS.has(name) ? name : `peer:${name}`))
    const text = found.map((minor) => minor ?? 0n).join(' ')
    assert.equal(`${got} | ${text}`, `${outcome} | ${expected.split(/\s+/).join(' ')}`, line)
    assert.deepEqual((await store.audit()).faults, [], line)
  }
}

/** Cases for `describe` of the compliance suite. */
export function payoutCompliance(open: OpenLedger): void {
  const using = async (work: (store: LedgerStore) => Promise<void>): Promise<void> => {
    const store = await open()
    try {
      await work(store)
    } finally {
      await store.close()
    }
  }
  for (const [title, table] of Object.entries(tables)) {
    it(title, () => using((store) => runPayoutTable(store, table)))
  }

  it('reads payouts, those on their way, and destinations', () =>
    using(async (store) => {
      const run = (line: string) => store.execute(payoutCommandOf(line))
      for (const uid of ['bob', 'carol']) {
        await openAccount(store, uid)
        await run(`deposit d-${uid} ${uid} 100`)
        await run(`want ${uid} payto://iban/1?${uid} hold=0`)
      }
      for (const [id, uid] of Object.entries({ o1: 'bob', o2: 'carol', o3: 'bob' })) {
        await run(`request ${id} ${uid} 10`)
      }
      await run('end o1 failed')
      const ids = (list: { payoutId: string }[]) => list.map(({ payoutId }) => payoutId)
      assert.deepEqual(ids(await store.payouts()), ['o1', 'o2', 'o3'])
      assert.deepEqual(ids(await store.payouts('o1', 1)), ['o2'])
      assert.deepEqual(ids(await store.openPayouts()), ['o2', 'o3'])
      assert.deepEqual(ids(await store.payoutsOf('bob')), ['o1', 'o3'])
      assert.equal((await store.payout('o1'))?.state, 'failed')
      assert.equal(await store.payout('o9'), undefined)
      const place = { destination: 'payto://iban/1?bob', from: 100, previous: '' }
      assert.deepEqual(await store.destination('bob'), place)
      assert.equal((await store.destinations()).length, 2)
      // F66: one account at the bank under two names is still one.
      const shared = [{ handle: 'payto://iban/1', uids: ['bob', 'carol'] }]
      assert.deepEqual(await store.sharedHandles(2), shared)
    }))
}
