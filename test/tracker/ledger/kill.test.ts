// I6: the process may die at any instruction. A child writes to a ledger and is killed; whatever it was given as
// outcome must still be there, and nothing may be there by half.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sqliteLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { chainOf } from './kill-work.ts'
import { wholeJournal } from './whole-journal.ts'

const child = fileURLToPath(new URL('kill-child.ts', import.meta.url))
const cycles = 12

/** Runs the child until it has printed so many lines, kills it, and returns all lines it wrote before it died. */
async function runAndKill(path: string, cycle: number, lines: number): Promise<string[]> {
  const worker = spawn(process.execPath, [child, path, String(cycle)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(worker, 'close')
  const acknowledged: string[] = []
  for await (const line of createInterface({ input: worker.stdout })) {
    acknowledged.push(line)
    if (acknowledged.length === lines) worker.kill('SIGKILL')
  }
  assert.deepEqual(await ended, [null, 'SIGKILL'])
  return acknowledged
}

describe('ledger and sudden death', () => {
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-kill-'))
  after(() => rmSync(folder, { recursive: true }))

  it(`I6: kill -9, ${cycles} times: acknowledged commands stand, half ones do not`, async () => {
    const path = join(folder, 'killed.ledger')
    let kept = 0
    for (let cycle = 0; cycle < cycles; cycle++) {
      // From the first outcome to some thousand, at other places of the group commit each time.
      const lines = await runAndKill(path, cycle, 1 + cycle * 97)
      const store = await sqliteLedger(path, { currency: 'EUR' })
      try {
        assert.deepEqual((await store.audit()).faults, [], 'a half posting')
        const before = await wholeJournal(store)
        assert.ok(before.length >= kept, 'lines of an earlier cycle are gone')
        for (const line of lines) {
          const [n = 0, step = 0] = line.split(' ').map(Number)
          const outcome = await store.execute(chainOf(cycle, n)[step]!)
          if ('claims' in outcome) assert.ok(!('error' in outcome.claims[0]!), line)
        }
        const after = await wholeJournal(store)
        assert.equal(after.length, before.length, 'an acknowledged command had to be done again')
        kept = after.length
      } finally {
        await store.close()
      }
    }
    assert.ok(kept > cycles * 97)
  }).timeout(120_000)

  it('I6: a disk that fills up: pending commands fail, acknowledged ones stand', async () => {
    const path = join(folder, 'full.ledger')
    // No file may grow beyond 1 MiB (ulimit counts KiB); the write-ahead log meets the limit first.
    const limited = spawn(
      'bash',
      ['-c', 'ulimit -f 1024; exec "$0" "$@"', process.execPath, child, path, '0'],
      {
        stdio: ['ignore', 'pipe', 'inherit']
      }
    )
    const ended = once(limited, 'close')
    const lines: string[] = []
    for await (const line of createInterface({ input: limited.stdout })) lines.push(line)
    assert.deepEqual(await ended, [0, null])
    assert.equal(lines.pop(), 'failed store-failed')
    const store = await sqliteLedger(path, { currency: 'EUR' })
    try {
      assert.deepEqual((await store.audit()).faults, [])
      const { length } = await wholeJournal(store)
      for (const line of lines) {
        const [n = 0, step = 0] = line.split(' ').map(Number)
        await store.execute(chainOf(0, n)[step]!)
      }
      assert.equal((await wholeJournal(store)).length, length)
    } finally {
      await store.close()
    }
  }).timeout(60_000)
})
