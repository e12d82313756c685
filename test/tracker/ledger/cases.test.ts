// Cases of the court where the rules turn: answers that come too late or to the wrong charge, notices of cases that are
// over, and what a settled or answered case leaves behind.
import assert from 'node:assert/strict'
import type { LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import { memoryLedger } from '../../../tracker-extension/src/ledger/memory.ts'
import { commandOf, keyFor, openAccount, resultOf } from './script.ts'

describe('ledger cases', () => {
  let store: LedgerStore
  const run = async (...lines: string[]) => {
    const results: string[] = []
    for (const line of lines) results.push(await resultOf(store, commandOf(line)))
    return results.at(-1)
  }
  const summons = async () =>
    (await store.summons('alice', 9)).map(({ complaintId }) => complaintId)
  const strikes = async () =>
    (await store.strikes('alice', 0)).map(({ complaintId }) => complaintId)

  beforeEach(async () => {
    store = memoryLedger({ currency: 'EUR' })
    for (const uid of ['alice', 'bob', 'carol']) await openAccount(store, uid)
    await run('deposit d1 alice 40', 'publish film 4 10', 'purchase p1 alice film 10 until=999')
  })
  afterEach(() => store.close())

  it('I5: an answer convicts the accuser of what is open and unpaid only', async () => {
    await run('complain k1 bob alice p1 0 guilty x', 'complain k2 bob alice p1 1 dismissed')
    assert.equal(await run('answer k1 guilty'), 'guilty bad-token +0')
    assert.equal(await run('answer k2 guilty'), 'dismissed unpaid +0')
    for (const id of ['k1', 'k2']) assert.equal((await store.complaint(id))?.answered, 0)
    assert.equal((await store.complaint('k1'))?.guilty, 'alice')
    await run('complain k3 bob alice p1 2', 'answer k3 guilty', 'answer k3 guilty at=150')
    const { guilty, answered } = (await store.complaint('k3'))!
    assert.deepEqual([guilty, answered], ['bob', 100], 'a case that is over stays as it is')
  })

  it('the first answer is when it was answered; then it waits no longer', async () => {
    await run('complain k1 bob alice p1 0')
    assert.deepEqual(await summons(), ['k1'])
    await run('answer k1 void at=110', 'answer k1 void at=120')
    assert.equal((await store.complaint('k1'))?.answered, 110)
    assert.deepEqual(await summons(), [])
    await run('prove k1 at=130', 'settle k1 at=140')
    assert.equal((await store.complaint('k1'))?.answered, 110)
    await run('complain k2 bob alice p1 1', 'prove k2', 'settle k2 at=140')
    assert.equal((await store.complaint('k2'))?.answered, 140, 'to accept is an answer')
  })

  it('I5: who accepts, however late, has no strike; who has not been heard keeps his', async () => {
    for (const [id, index] of [
      ['k1', 0],
      ['k2', 1],
      ['k3', 2]
    ] as const) {
      await run(`complain ${id} bob alice p1 ${index}`, `prove ${id}`)
    }
    for (const id of ['k1', 'k2', 'k3']) await run(`told alice ${id}`, `told alice ${id} at=110`)
    assert.deepEqual(await strikes(), ['k1', 'k2', 'k3'])
    await run('settle k1 at=120')
    assert.deepEqual(await strikes(), ['k2', 'k3'])
    await run('close p1 at=999')
    assert.equal(await run('settle k2 at=999'), 'settled +10', 'the close settled it')
    assert.deepEqual(await strikes(), ['k3'])
  })

  it('I5: nobody is struck for a case that can bring nothing any more', async () => {
    await run('complain k1 bob alice p1 0', 'prove k1', 'told alice k1', 'redeem c1 carol p1 1000')
    assert.equal(await run('told alice k1 at=110'), 'struck')
    const { outcome, code } = (await store.complaint('k1'))!
    assert.deepEqual([outcome, code], ['dismissed', 'already-paid'])
    assert.deepEqual([await summons(), await strikes()], [[], []])
  })

  it('W15: being told is noted while a case is open, and not after', async () => {
    const told = async (id: string) => {
      const { told, due } = (await store.complaint(id))!
      return [told, due]
    }
    await run('complain k1 bob alice p1 0', 'told alice k1 at=105')
    assert.deepEqual(await told('k1'), [105, 0], 'a challenge has no time-out')
    await run('prove k1', 'told alice k1 at=107')
    assert.deepEqual(await told('k1'), [107, 117])
    await run('settle k1 at=108', 'told alice k1 at=109')
    assert.deepEqual(await told('k1'), [107, 117])
    await run('complain k2 bob alice p1 1 guilty x', 'complain k3 bob alice p1 2 dismissed')
    assert.equal(await run('told alice k2 k3 at=105'), 'struck')
    for (const id of ['k2', 'k3']) assert.deepEqual(await told(id), [0, 0])
  })

  it('W15: what the close settled is told of until it must have been seen, and is no strike', async () => {
    await run('complain k1 bob alice p1 0', 'prove k1', 'close p1 at=999', 'told alice k1 at=1000')
    assert.deepEqual(await summons(), ['k1'])
    await run('told alice k1 at=1009')
    assert.deepEqual(await summons(), ['k1'])
    assert.equal(await run('told alice k1 at=1010'), 'struck')
    const { outcome, told, answered } = (await store.complaint('k1'))!
    assert.deepEqual([outcome, told, answered], ['settled', 1010, 1010])
    assert.deepEqual([await summons(), await strikes()], [[], []])
  })

  it('to accept what the close settled is an answer, too', async () => {
    await run('complain k1 bob alice p1 0', 'prove k1', 'close p1 at=999')
    assert.equal(await run('settle k1 at=1001'), 'settled +10')
    assert.equal((await store.complaint('k1'))?.answered, 1001)
    assert.deepEqual(await summons(), [])
  })

  it('G14: guilt needs no token to be left, and a dismissed complaint stays dismissed', async () => {
    await run('redeem c1 bob p1 1000')
    assert.equal(await run('complain k1 bob alice p1 0 guilty x'), 'guilty bad-token +0')
    assert.equal(await run('complain k2 bob alice p1 1 dismissed'), 'dismissed unpaid +0')
    assert.equal(await run('complain k2 bob alice p1 1'), 'dismissed unpaid +0', 'one id')
    assert.equal(await run('complain k3 bob alice p1 1'), 'challenge unpaid +0')
  })

  it('W15: a pardon is given only where it is said; an appeal says which case', async () => {
    await run('complain k1 bob alice p1 0', 'prove k1', 'told alice k1', 'told alice k1 at=110')
    const lift = commandOf('revoke 1 alice 0 at=120')
    assert.ok(lift.kind === 'revoke')
    await store.execute({ ...lift, pardon: false })
    assert.deepEqual(await strikes(), ['k1'])
    await store.execute({ ...lift, version: 2 })
    assert.deepEqual(await strikes(), [])
    const answer = keyFor('a')
    const outcome = await store.execute({
      ...{ kind: 'appeal', uid: 'alice', complaintId: 'k1', answer, now: 130 }
    } as const)
    assert.deepEqual(outcome, { complaintId: 'k1' })
  })
})
