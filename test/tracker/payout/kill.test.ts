// I6, W14: a process that pays may die at any instruction. A child pays out and is killed, at another step in each cycle; in the
// end everything that was earned has left once, no more and no less, and the books say so.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '@floodgate/tracker'
import { balanceOf } from './earned.ts'

const child = fileURLToPath(new URL('kill-child.ts', import.meta.url))
const cycles = 24
const earners = ['bob', 'carol', 'dave']

/** Runs the child; kills it at the line with this number (Infinity: never). Answers its last line. */
async function runAndKill(path: string, far: string, cycle: number, at: number): Promise<string> {
  const args = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', child, path, far]
  const worker = spawn(process.execPath, [...args, String(cycle)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(worker, 'close')
  let [count, last] = [0, '']
  for await (const line of createInterface({ input: worker.stdout })) {
    count++
    last = line
    assert.ok(!line.startsWith('error'), line)
    if (count === at) worker.kill('SIGKILL')
  }
  await ended
  return last
}

describe('payouts and sudden death', () => {
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-payout-kill-'))
  after(() => rmSync(folder, { recursive: true }))

  it(`I6 W14: kill -9, ${cycles} times: no payout is lost, and none is paid twice`, async () => {
    const path = join(folder, 'killed.ledger')
    const far = join(folder, 'far')
    mkdirSync(far)
    let killed = 0
    for (let cycle = 0; cycle < cycles; cycle++) {
      const last = await runAndKill(path, far, cycle, 1 + cycle)
      if (last !== 'done') killed++
    }
    assert.ok(killed >= 20, `${killed} were killed before their end`)
    assert.equal(await runAndKill(path, far, cycles, Infinity), 'done')

    const store = await sqliteLedger(path, { currency: 'EUR' })
    try {
      assert.deepEqual((await store.audit()).faults, [])
      const payouts = await store.payouts()
      assert.deepEqual([...new Set(payouts.map(({ state }) => state))], ['paid'])
      const left = new Map(
        readdirSync(far)
          .filter((name) => name !== 'calls')
          .map((name) => [name, readFileSync(join(far, name), 'utf8')])
      )
      const booked = payouts.map(
        ({ payoutId, uid, amountMinor }) => [payoutId, `${uid} ${amountMinor}`] as const
      )
      assert.deepEqual(left, new Map([...left.keys()].map((id) => [id, new Map(booked).get(id)!])))
      assert.equal(left.size, booked.length)
      // A payout that is handed over again is the same one.
      for (const call of readFileSync(join(far, 'calls'), 'utf8').trim().split('\n')) {
        const [id = '', ...rest] = call.split(' ')
        assert.equal(left.get(id), rest.join(' '))
      }
      const earned = Array.from({ length: cycles + 1 }, (_, cycle) => (2 + (cycle % 3)) * 100)
      const each = BigInt(earned.reduce((sum, one) => sum + one, 0))
      for (const uid of earners) {
        const own = payouts.filter((one) => one.uid === uid)
        const paid = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
        assert.equal(await balanceOf(store, uid), 0n)
        assert.equal(paid, each)
      }
    } finally {
      await store.close()
    }
  }).timeout(240_000)
})
