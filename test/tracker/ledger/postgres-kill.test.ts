// I6 and I1 with several processes on one database: three write at once, partly the same commands, and are killed one
// after another, and the database with them. What was acknowledged stands, nothing was done twice, the books balance.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type LedgerStore, postgresLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'
import { chainOf, sellers } from './kill-work.ts'
import { openAccount } from './script.ts'
import { wholeJournal } from './whole-journal.ts'

const source = fileURLToPath(new URL('postgres-child.ts', import.meta.url))
const processes = 3
const cycles = 50
const databaseKilledEvery = 10

/** A process under load, and all that it said it was given. */
interface Writer {
  child: ChildProcess
  acknowledged: string[]
  /** Emits `line` whenever one more was acknowledged. */
  said: EventEmitter
  ended: Promise<unknown[]>
}

function startWriter(url: string, name: number): Writer {
  const child = spawn(process.execPath, [source, url, String(name)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const writer = { child, acknowledged: [] as string[], said: new EventEmitter() }
  createInterface({ input: child.stdout }).on('line', (line) => {
    writer.acknowledged.push(line)
    writer.said.emit('line')
  })
  return { ...writer, ended: once(child, 'close') }
}

async function killAfter({ child, acknowledged, said, ended }: Writer, lines: number) {
  // Who ends by itself is told below.
  const isAlive = () => child.exitCode === null
  while (isAlive() && acknowledged.length < lines) await Promise.race([once(said, 'line'), ended])
  child.kill('SIGKILL')
  assert.deepEqual(await ended, [null, 'SIGKILL'])
}

/** Runs again what was acknowledged. */
async function repeat(store: LedgerStore, acknowledged: Iterable<string>): Promise<void> {
  await Promise.all(
    Array.from(acknowledged, async (line) => {
      const [cycle = 0, n = 0, step = 0] = line.split(' ').map(Number)
      const outcome = await store.execute(chainOf(cycle, n)[step]!)
      if ('claims' in outcome) assert.ok(!('error' in outcome.claims[0]!), line)
    })
  )
}

describe('ledger in PostgreSQL, several processes and sudden death', () => {
  let postgres: Postgres
  before(async () => {
    postgres = await startPostgres()
  })
  after(() => postgres.stop())

  it(`I1 I6: ${processes} processes, ${cycles} kills, also of the database: nothing lost, nothing twice`, async () => {
    const url = await postgres.newUrl()
    const store = await postgresLedger(url, { currency: 'EUR' })
    for (const uid of ['alice', ...sellers]) await openAccount(store, uid)
    let names = 0
    const writers = Array.from({ length: processes }, () => startWriter(url, ++names))
    const acknowledged = new Set<string>()
    const bury = ({ acknowledged: lines }: Writer) =>
      lines.forEach((line) => acknowledged.add(line))
    try {
      for (let cycle = 1; cycle <= cycles; cycle++) {
        const at = cycle % processes
        const writer = writers[at]!
        // From the first outcome to some hundred, at other places of the group commit each time.
        await killAfter(writer, 1 + ((cycle * 37) % 400))
        bury(writer)
        writers[at] = startWriter(url, ++names)
        if (cycle % databaseKilledEvery !== 0) continue
        await postgres.killAndRestart()
        assert.deepEqual((await store.audit()).faults, [], 'a half posting')
      }
    } finally {
      for (const writer of writers) await killAfter(writer, 0)
    }
    writers.forEach(bury)
    const journal = await wholeJournal(store)
    await repeat(store, acknowledged)
    const { faults, postings } = await store.audit()
    assert.deepEqual(faults, [])
    assert.equal(postings, journal.length, 'an acknowledged command had to be done again')
    const transfers = journal.map(({ kind, ref, purseId, debit, credit }) =>
      [kind, ref, purseId, debit, credit].join(' ')
    )
    assert.equal(new Set(transfers).size, journal.length, 'something was paid twice')
    const shared = [...acknowledged].filter((line) => line.startsWith('0 ')).length
    assert.ok(shared > cycles && acknowledged.size > shared + cycles, 'hardly anything was done')
    await store.close()
  }).timeout(120_000)
})
