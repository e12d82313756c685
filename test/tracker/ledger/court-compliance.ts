// What every ledger store must do for the court: cases and their money, strikes, the revocation log. A part of the
// compliance suite; compliance.ts calls it.
import assert from 'node:assert/strict'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { bits, commandOf, keyFor, resultOf, runTable } from './script.ts'

const tables: Record<string, string> = {
  'F57: a case is filed, proved and accepted, and pays one token out of escrow': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 40                        → ok                        |    40   0     0      0
    publish  film 4 10                          → ok                        |    40   0     0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     0     40
    complain k1 bob alice p1 2                  → challenge unpaid +0       |     0   0     0     40
    settle   k1                                 → challenge unpaid +0       |     0   0     0     40
    prove    k1                                 → proved unpaid +0          |     0   0     0     40
    settle   k1                                 → settled +10               |     0  10     0     30
    settle   k1                                 → settled +10               |     0  10     0     30
    prove    k1                                 → settled +10               |     0  10     0     30
    complain k1 bob alice p1 2                  → settled +10               |     0  10     0     30
    close    p1 at=200                          → refund 30                 |    30  10     0      0`,
  'G14: the same case under another id is the first one; another index is another case': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 40                        → ok                        |    40   0     0      0
    publish  film 4 10                          → ok                        |    40   0     0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     0     40
    complain k1 bob   alice p1 2                → challenge unpaid +0       |     0   0     0     40
    prove    k1                                 → proved unpaid +0          |     0   0     0     40
    complain k2 bob   alice p1 2                → proved unpaid +0          |     0   0     0     40
    settle   k2                                 → unknown-complaint         |     0   0     0     40
    complain k3 bob   alice p1 3                → challenge unpaid +0       |     0   0     0     40
    complain k4 carol alice p1 2                → challenge unpaid +0       |     0   0     0     40
    complain k5 bob   alice p1 2 dismissed      → proved unpaid +0          |     0   0     0     40
    complain k6 carol alice p1 3 dismissed      → dismissed unpaid +0       |     0   0     0     40
    complain k7 carol alice p1 3                → challenge unpaid +0       |     0   0     0     40
    complain k8 bob   alice p1 2 guilty x       → guilty bad-token +0       |     0   0     0     40`,
  'I3: later claims of the same seller are paid what is new': `
    command                                     → outcome                   | alice bob escrow
    deposit  d1 alice 80                        → ok                        |    80   0      0
    publish  film 8 10                          → ok                        |    80   0      0
    purchase p1 alice film 10                   → p1 -80                    |     0   0     80
    complain k1 bob alice p1 2                  → challenge unpaid +0       |     0   0     80
    prove    k1                                 → proved unpaid +0          |     0   0     80
    settle   k1                                 → settled +10               |     0  10     70
    redeem   c1 bob p1 10000000                 → +10 1/0/0                 |     0  20     60
    redeem   c2 bob p1 10110000                 → +10 1/0/0                 |     0  30     50
    redeem   c3 bob p1 00100000                 → +0 0/0/0                  |     0  30     50
    complain k2 bob alice p1 3                  → dismissed already-paid +0 |     0  30     50
    complain k3 bob alice p1 4                  → challenge unpaid +0       |     0  30     50
    prove    k3                                 → proved unpaid +0          |     0  30     50
    redeem   c4 bob p1 10111000                 → +10 1/0/0                 |     0  40     40
    settle   k3                                 → dismissed already-paid +0 |     0  40     40`,
  'I3 G6: a token that another was paid for is not paid by the court; one that the court paid is a conflict': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 45                        → ok                        |    45   0     0      0
    publish  film 4 10                          → ok                        |    45   0     0      0
    purchase p1 alice film 10                   → p1 -40                    |     5   0     0     40
    complain k1 bob alice p1 0                  → challenge unpaid +0       |     5   0     0     40
    complain k2 bob alice p1 1                  → challenge unpaid +0       |     5   0     0     40
    prove    k1                                 → proved unpaid +0          |     5   0     0     40
    prove    k2                                 → proved unpaid +0          |     5   0     0     40
    redeem   c1 carol p1 1000                   → +10 1/0/0                 |     5   0    10     30
    settle   k1                                 → dismissed already-paid +0 |     5   0    10     30
    complain k3 bob alice p1 0                  → dismissed already-paid +0 |     5   0    10     30
    settle   k2                                 → settled +10               |     5  10    10     20
    redeem   c2 carol p1 1100                   → +0 0/1/1                  |     5  10    10     20
    close    p1 at=200                          → refund 20                 |    15  10    20      0`,
  'I4 G2: a purse that closes pays proved cases before the refund, the first proved first': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 40                        → ok                        |    40   0     0      0
    publish  film 4 10                          → ok                        |    40   0     0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     0     40
    complain k1 carol alice p1 0                → challenge unpaid +0       |     0   0     0     40
    complain k2 bob   alice p1 0                → challenge unpaid +0       |     0   0     0     40
    complain k3 bob   alice p1 1                → challenge unpaid +0       |     0   0     0     40
    complain k4 bob   alice p1 2                → challenge unpaid +0       |     0   0     0     40
    prove    k2                                 → proved unpaid +0          |     0   0     0     40
    prove    k1                                 → proved unpaid +0          |     0   0     0     40
    prove    k3                                 → proved unpaid +0          |     0   0     0     40
    answer   k3 void                            → proved unpaid +0          |     0   0     0     40
    close    p1 at=200                          → refund 20                 |    20  20     0      0
    complain k1 carol alice p1 0                → dismissed already-paid +0 |    20  20     0      0
    complain k2 bob   alice p1 0                → settled +10               |    20  20     0      0
    prove    k4                                 → dismissed purse-closed +0 |    20  20     0      0
    complain k5 bob   alice p1 3                → dismissed purse-closed +0 |    20  20     0      0
    close    p1 at=201                          → refund 20                 |    20  20     0      0`,
  'F63: an answer voids, or convicts the accuser; then the case pays nobody': `
    command                                     → outcome                   | alice bob escrow
    deposit  d1 alice 40                        → ok                        |    40   0      0
    publish  film 4 10                          → ok                        |    40   0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     40
    complain k1 bob alice p1 2                  → challenge unpaid +0       |     0   0     40
    prove    k1                                 → proved unpaid +0          |     0   0     40
    answer   k1 void                            → proved unpaid +0          |     0   0     40
    answer   k1 guilty                          → guilty answer guilty +0   |     0   0     40
    answer   k1 void                            → guilty answer guilty +0   |     0   0     40
    settle   k1                                 → guilty answer guilty +0   |     0   0     40
    close    p1 at=200                          → refund 40                 |    40   0      0`,
  'W15 I5: only who is told, and told again when his time is over, has a strike': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 40                        → ok                        |    40   0     0      0
    publish  film 4 10                          → ok                        |    40   0     0      0
    purchase p1 alice film 10 until=999         → p1 -40                    |     0   0     0     40
    complain k1 bob alice p1 0                  → challenge unpaid +0       |     0   0     0     40
    told     alice k1 at=100                    → struck                    |     0   0     0     40
    told     alice k1 at=120                    → struck                    |     0   0     0     40
    prove    k1                                 → proved unpaid +0          |     0   0     0     40
    told     carol k1 at=130                    → struck                    |     0   0     0     40
    told     alice k1 at=140                    → struck                    |     0   0     0     40
    told     alice k1 at=149                    → struck                    |     0   0     0     40
    told     alice k1 at=150                    → struck k1                 |     0   0     0     40
    told     alice k1 at=160                    → struck                    |     0   0     0     40
    complain k2 carol alice p1 1                → challenge unpaid +0       |     0   0     0     40
    prove    k2                                 → proved unpaid +0          |     0   0     0     40
    told     alice k2 at=200                    → struck                    |     0   0     0     40
    told     alice k2 at=300                    → struck                    |     0   0     0     40
    told     alice k2 at=309                    → struck                    |     0   0     0     40
    told     alice k2 at=400                    → struck k2                 |     0   0     0     40
    complain k3 bob alice p1 2                  → challenge unpaid +0       |     0   0     0     40
    prove    k3                                 → proved unpaid +0          |     0   0     0     40
    told     alice k3 at=500                    → struck                    |     0   0     0     40
    answer   k3 void                            → proved unpaid +0          |     0   0     0     40
    told     alice k3 at=510                    → struck                    |     0   0     0     40`,
  'refusals of the court, and that they move nothing': `
    command                                     → outcome                   | alice bob escrow
    deposit  d1 alice 40                        → ok                        |    40   0      0
    publish  film 4 10                          → ok                        |    40   0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     40
    prove    k9                                 → unknown-complaint         |     0   0     40
    settle   k9                                 → unknown-complaint         |     0   0     40
    answer   k9 void                            → unknown-complaint         |     0   0     40
    told     alice k9                           → unknown-complaint         |     0   0     40
    complain k1 bob   alice p9 0                → unknown-purse             |     0   0     40
    complain k1 alice bob   p1 0                → unknown-purse             |     0   0     40
    complain k1 zoe   alice p1 0                → unknown-account           |     0   0     40
    complain k1 alice alice p1 0                → self-trade                |     0   0     40
    complain k1 bob   alice p1 4                → bad-claim                 |     0   0     40
    complain k1 bob   alice p1 -1               → bad-command               |     0   0     40
    complain k1 bob   alice p1 0                → challenge unpaid +0       |     0   0     40
    resend   k1 2                               → 1                         |     0   0     40
    resend   k1 2                               → 2                         |     0   0     40
    resend   k1 2                               → too-many-resends          |     0   0     40`,
  'G14: one proof is one case, whoever brings it and whatever index is named': `
    command                                     → outcome                   | alice bob carol escrow
    deposit  d1 alice 40                        → ok                        |    40   0     0      0
    publish  film 4 10                          → ok                        |    40   0     0      0
    purchase p1 alice film 10                   → p1 -40                    |     0   0     0     40
    complain k1 bob   alice p1 2                → challenge unpaid +0       |     0   0     0     40
    complain k2 bob   alice p1 2 guilty x       → guilty bad-token +0       |     0   0     0     40
    complain k3 bob   alice p1 3 guilty x       → guilty bad-token +0       |     0   0     0     40
    complain k4 carol alice p1 3 guilty x       → guilty bad-token +0       |     0   0     0     40
    complain k5 bob   alice p1 2 guilty y       → guilty bad-token +0       |     0   0     0     40
    prove    k2                                 → guilty bad-token +0       |     0   0     0     40
    prove    k3                                 → unknown-complaint         |     0   0     0     40
    prove    k4                                 → unknown-complaint         |     0   0     0     40
    prove    k5                                 → guilty bad-token +0       |     0   0     0     40`,
  'G13: the revocation log grows by one': `
    command                                     → outcome                   | alice bob escrow
    revoke   2 alice 500                        → conflict                  |     0   0      0
    revoke   1 alice 500                        → version 1                 |     0   0      0
    revoke   1 alice 500                        → conflict                  |     0   0      0
    revoke   2 alice 0                          → version 2                 |     0   0      0
    revoke   3 bob   500                        → version 3                 |     0   0      0
    revoke   4 zoe   500                        → unknown-account           |     0   0      0`
}

/** Registers the tests within the suite of one store. */
export function courtCompliance(open: OpenLedger): void {
  describe('for the court', () => {
    let store: LedgerStore
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    const run = async (...lines: string[]) => {
      for (const line of lines) await resultOf(store, commandOf(line))
    }
    const before = `command                    → outcome | alice bob carol escrow
                    deposit  d1 alice 40       → ok      | 40 0 0 0
                    publish  film 4 10         → ok      | 40 0 0 0
                    purchase p1 alice film 10 until=999 → p1 -40  | 0 0 0 40`

    for (const [title, table] of Object.entries(tables)) {
      it(`I1 ${title}`, () => runTable(store, table))
    }

    it('G6: an accepted case is the buyer’s word: with its seller no offence, with another one', async () => {
      await runTable(store, before)
      await run('complain k1 bob alice p1 0', 'prove k1', 'settle k1', 'redeem c1 bob p1 1100')
      assert.deepEqual(await store.offences(), [])
      await run('redeem c1 carol p1 1000')
      const [accepted, ...more] = await store.offences('p1')
      assert.deepEqual([accepted?.indexes, accepted?.first, more], [[0], 'bob', []])
      assert.deepEqual(accepted?.firstVoucher, (await store.complaint('k1'))?.acceptance)
      await run('redeem c2 carol p1 1100')
      const indexes = (await store.offences('p1')).map((offence) => offence.indexes)
      assert.deepEqual(indexes.sort(), [[0], [1]])
    })

    it('G6: of vouchers that prove different tokens, those that convict stay', async () => {
      await runTable(store, before)
      await run('redeem c1 bob p1 1110', 'redeem c1 carol p1 1000', 'redeem c2 carol p1 0100')
      const [offence] = await store.offences('p1')
      const second = Buffer.from(offence!.secondVoucher).toString()
      assert.deepEqual([offence?.indexes, second], [[0], 'voucher p1 carol 1000'])
    })

    it('keeps what the voucher proves apart from what the court paid', async () => {
      await runTable(store, before)
      await run('complain k1 bob alice p1 3', 'prove k1', 'settle k1')
      const kept = async () => {
        const { voucher, voucherClaimed, settled, claimed } = (await store.sale('p1', 'bob'))!
        const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
        return [Buffer.from(voucher).toString(), ...[voucherClaimed, settled, claimed].map(hex)]
      }
      assert.deepEqual(await kept(), ['', '00', '10', '10'])
      await run('redeem c1 bob p1 1000')
      assert.deepEqual(await kept(), ['voucher p1 bob 1000', '80', '10', '90'])
      await run('redeem c2 bob p1 1101')
      assert.deepEqual(await kept(), ['voucher p1 bob 1101', '', '10', 'd0'])
      await run('complain k2 bob alice p1 2', 'prove k2', 'settle k2')
      assert.deepEqual(await kept(), ['voucher p1 bob 1101', 'd0', '30', 'f0'])
    })

    it('reads cases: one, all, those that wait, the settled one of a token', async () => {
      await runTable(store, before)
      await run('complain k1 bob alice p1 0', 'complain k2 carol alice p1 1 at=150')
      await run('complain k3 bob alice p1 2 dismissed', 'complain k4 bob alice p1 3 guilty x')
      const ids = (list: { complaintId: string }[]) => list.map(({ complaintId }) => complaintId)
      assert.deepEqual(ids(await store.complaints()), ['k1', 'k2', 'k3', 'k4'])
      assert.deepEqual(ids(await store.complaints('k2')), ['k3', 'k4'])
      assert.deepEqual(ids(await store.summons('alice', 9)), ['k1', 'k2'])
      await run('prove k2')
      assert.deepEqual(ids(await store.summons('alice', 9)), ['k2', 'k1'])
      assert.deepEqual(ids(await store.summons('alice', 1)), ['k2'])
      assert.deepEqual(await store.summons('ali', 9), [])
      assert.equal(await store.settledCase('alice', 'p1', 1), undefined)
      await run('settle k2')
      assert.equal((await store.settledCase('alice', 'p1', 1))?.complaintId, 'k2')
      assert.equal(await store.settledCase('alice', 'p1', 0), undefined)
      assert.deepEqual(ids(await store.summons('alice', 9)), ['k1'])
      const [k3, k4] = [await store.complaint('k3'), await store.complaint('k4')]
      assert.deepEqual([k3?.evidence.length, k3?.guilty], [0, ''])
      assert.deepEqual([k4?.evidence, k4?.guilty], [keyFor('k4'), 'alice'])
      assert.equal(await store.complaint('k5'), undefined)
    })

    it('reads strikes since a time, without those that were answered or forgiven', async () => {
      await runTable(store, before)
      const ids = async (since: number) =>
        (await store.strikes('alice', since)).map(
          ({ complaintId, accuser }) => `${complaintId} ${accuser}`
        )
      for (const [i, accuser] of ['bob', 'carol', 'bob'].entries()) {
        const at = 120 + i * 20
        await run(`complain k${i} ${accuser} alice p1 ${i}`, `prove k${i}`)
        await run(`told alice k${i} at=${at}`, `told alice k${i} at=${at + 10}`)
      }
      assert.deepEqual(await ids(0), ['k0 bob', 'k1 carol', 'k2 bob'])
      assert.deepEqual(await ids(130), ['k1 carol', 'k2 bob'])
      assert.deepEqual(await store.summons('alice', 9), [])
      await run('answer k2 void')
      assert.deepEqual(await ids(0), ['k0 bob', 'k1 carol'])
      await run('revoke 1 alice 0 at=140')
      assert.deepEqual(await ids(0), ['k1 carol'])
    })

    it('reads the log a page at a time, appeals, and handles that are shared', async () => {
      await runTable(store, before)
      for (const [i, uid] of ['alice', 'bob', 'carol'].entries())
        await run(`revoke ${i + 1} ${uid} 500`)
      const log = async (after: number, limit: number) =>
        (await store.revocations(after, limit)).map(({ version, uid }) => `${version} ${uid}`)
      assert.deepEqual(await log(0, 2), ['1 alice', '2 bob'])
      assert.deepEqual(await log(2, 9), ['3 carol'])
      assert.deepEqual(await log(3, 9), [])
      await run('complain k1 bob alice p1 0 guilty x')
      const appeal = { kind: 'appeal', uid: 'alice', complaintId: 'k1', now: 7 } as const
      await store.execute({ ...appeal, answer: bits('1') })
      await store.execute({ ...appeal, answer: bits('01') })
      assert.deepEqual(await store.appeals(), [
        { uid: 'alice', complaintId: 'k1', answer: bits('01'), at: 7 }
      ])
      for (const uid of ['u1', 'u2']) {
        const keys = { signKey: keyFor(uid), boxKey: keyFor(uid) }
        await store.execute({ kind: 'open', uid, ...keys, handle: 'one card' })
      }
      assert.deepEqual(await store.sharedHandles(2), [{ handle: 'one card', uids: ['u1', 'u2'] }])
      assert.deepEqual(await store.sharedHandles(3), [])
    })
  })
}
