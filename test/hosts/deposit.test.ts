// Deposits by hand with the real command: what is taken back, and what the account's owner reads of both.

import assert from 'node:assert/strict'
import type { Line } from '../../hosts/src/show/child.ts'
import { Stage, type Person } from './stage.ts'

describe('hosts: deposits by hand', function () {
  this.timeout(60_000)
  let stage: Stage
  let ann: Person
  before(async () => {
    stage = await Stage.open('--port', '0', '--no-seed')
    ann = await stage.person('ann', 0n)
  })
  after(() => stage.close())
  const argsOf = (amount: string, reason: string, ...more: string[]): [string, ...string[]] => [
    ...(['deposit', ann.uid, amount, '--reason', reason, '--data', stage.shop, ...more] as const)
  ]

  it('a large one is booked on a yes only; a mistake is taken back, at most what is there', async () => {
    const large = await stage.command('deposited', ...argsOf('2000.00', 'transfer 1', '--yes'))
    assert.equal(large['balance'], '200000')
    const twice = argsOf('1900.00', 'a zero too many', '--take-back', '--id', 'k1', '--yes')
    assert.equal((await stage.command('corrected', ...twice))['balance'], '10000')
    const again = await stage.command('corrected', ...twice)
    assert.deepEqual([again['booked'], again['balance']], [false, '10000'])
    const unnamed = stage.start(...argsOf('1.00', 'which may be said twice', '--take-back'))
    assert.equal((await unnamed.until('error'))['code'], 'bad-option')
    const more = argsOf('100.01', 'more than is there', '--take-back', '--id', 'k2')
    const beyond = stage.start(...more)
    assert.equal((await beyond.until('error'))['code'], 'insufficient-funds')
    await stage.provider.until('correction', ({ amount }) => amount === '190000')
  })

  it('F48: the owner of the account reads why, and what counts as deposited', async () => {
    const child = stage.start('wallet', 'statement', '--wallet', ann.wallet)
    await child.succeeded()
    const told = child.seen('entry').map(({ kind, amount, reason }: Line) => [kind, amount, reason])
    assert.deepEqual(told, [
      ['deposit', '200000', 'transfer 1'],
      ['correction', '-190000', 'a zero too many'],
      ['closing', '0', '']
    ])
    const { account } = await stage.command('wallet', 'wallet', '--wallet', ann.wallet)
    assert.equal((account as { deposited: string }).deposited, '10000')
    await stage.command('proof', 'wallet', 'proof', '--wallet', ann.wallet)
  })
})
