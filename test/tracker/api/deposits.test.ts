// The operator's routes for money that he books by hand, on a real server.
import assert from 'node:assert/strict'
import type { ErrorCode } from '@floodgate/protocol'
import { deposit } from '@floodgate/tracker'
import * as w from '../mint/world.ts'

type Json = Record<string, unknown>

describe('api: deposits by hand', () => {
  let world: w.World
  before(async () => {
    world = await w.startWorld()
  })
  after(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })
  const operate = (path: string, body: string) =>
    w.post(world, path, body, { authorization: `Bearer ${w.OPERATOR}` })

  it('F2: deposits are the operator’s, booked once each', async () => {
    const { uidHex: uid } = await w.register(world)
    const order = { uid, amount: '500', reason: 'card', id: 'order-1' }
    for (const booked of [true, false]) {
      const answer = await operate('operator/deposits', JSON.stringify(order))
      const told = { uid, amount: '500', id: 'order-1', booked, balance: '500' }
      assert.deepEqual(await answer.json(), told)
    }
    assert.equal(world.tracker.counters.mint.deposits, 1)
    type Case = [code: ErrorCode, change: Json]
    const cases: Case[] = [
      ['conflict', { amount: '501' }],
      ['unknown-account', { uid: '0'.repeat(32), id: 'order-2' }],
      ['bad-request', { amount: 500 }],
      ['bad-request', { amount: '-5' }],
      ['bad-request', { amount: '1.5' }],
      ['bad-request', { amount: '9999999999999999999', id: 'order-3' }],
      ['bad-request', { uid: 'x' }],
      ['bad-request', { id: '' }]
    ]
    for (const [code, change] of cases) {
      const body = JSON.stringify({ ...order, ...change })
      assert.equal(await w.outcome(await operate('operator/deposits', body)), code, body)
    }
    assert.equal(await w.outcome(await operate('operator/deposits', '{')), 'bad-request')
    assert.equal(await w.outcome(await operate('operator/deposits', 'null')), 'bad-request')
    await operate('operator/deposits', JSON.stringify(order))
    await deposit(world.store, uid, 7n, 'cash', 'order-9', world.clock.now)
    assert.equal(await w.balanceOf(world, uid), 507n)
  })

  it('F2: what was booked by mistake is the operator’s to take back, once each, at most what is there', async () => {
    const { uidHex: uid } = await w.register(world, 500n)
    const order = { uid, amount: '200', reason: 'booked twice', id: 'k1' }
    const body = (change: Json = {}): string => JSON.stringify({ ...order, ...change })
    for (const booked of [true, false]) {
      const answer = await operate('operator/corrections', body())
      assert.deepEqual(await answer.json(), {
        uid,
        amount: '200',
        id: 'k1',
        booked,
        balance: '300'
      })
    }
    const cases: [code: ErrorCode, change: Json][] = [
      ['conflict', { amount: '201' }],
      ['insufficient-funds', { amount: '301', id: 'k2' }],
      ['unknown-account', { uid: '0'.repeat(32), id: 'k2' }],
      ['bad-request', { reason: '' }]
    ]
    for (const [code, change] of cases) {
      const refused = await w.outcome(await operate('operator/corrections', body(change)))
      assert.equal(refused, code, body(change))
    }
    assert.equal(await w.balanceOf(world, uid), 300n)
    assert.deepEqual((await world.store.audit()).faults, [])
  })
})
