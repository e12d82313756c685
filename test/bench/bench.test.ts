// Every benchmark runs, with tiny settings, and says what it says in exactly one JSON object of the promised form. The
// figures themselves are no test's business: they depend on the machine.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { benches } from '../../bench/benches.ts'

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url))

/** Tiny settings by name; a benchmark without a row fails. */
const TINY: Record<string, string> = {
  overhead: '--pairs 1 --mib 2 --pieces 256 --limits 1,8',
  swarm: '--leechers 3 --mib 1 --runs 1 --processes 3',
  claims: '--batches 1,150 --purchases 0,100 --claims 16 --connections 4 --buyers 8',
  state: '--purchases 50 --pieces 16,32 --sellers 0,1',
  interop: '--mib 1 --patience 2',
  flood: '--seconds 0.3',
  fluid: '--leechers 30 --traces poisson',
  premiere: '--peers 3 --simulated 5 --mib 1 --pieces 64 --processes 1',
  qos: '--leechers 2 --kib 192 --modes targetRate --payments on --repeats 1 --second 0 --loss 2 --delay 20 --explain'
}

/** The names that the issue fixes: dashboards read them. */
const FIELDS: Record<string, string> = {
  overhead: 'pieceLength limit timeRatio cpuRatio firstPieceMs',
  swarm: 'mode seeders leechers mib completed expected completionRatio messagesPerPiece',
  claims: 'store processes batch purchases tokensPerSecond p99Ms',
  state: 'purchases pieces sellers bytesPerPurchase fileBytesPerPurchase',
  interop: 'client version mode piecesGot pieces ok',
  flood:
    'mix floodPerSecond timesVerifiable honestAnsweredShare honestP50Ms honestP99Ms heapGrowthMb rssGrowthMb',
  fluid:
    'trace leechers promisedKbs policy split egressRatio missedShare retiredSeconds offload egressGb optimumGb',
  premiere:
    'peers simulated mib heldBefore keysBefore readableBefore opened providerShare pushShare firstByteP50Ms firstByteP95Ms',
  qos: 'mode payments p50Seconds p95Seconds startupP95Seconds belowTarget egressBytes offload loss delayMs turns'
}
const MACHINE = 'cpus cpuModel memoryGiB node os'

type Rows = Record<string, unknown>[]
interface Printed {
  bench: string
  machine: object
  results: Rows
}

/** What must hold of the results wherever they are measured. */
const PROOFS: Record<string, (rows: Rows) => void> = {
  overhead: (rows) => {
    assert.deepEqual(
      rows.map((row) => row['limit']),
      [1, 8]
    )
    for (const row of rows) assert.ok(Number(row['timeRatio']) > 0 && Number(row['cpuRatio']) > 0)
  },
  swarm: (rows) => {
    assert.equal(rows.length, 3)
    for (const row of rows) assert.equal(row['completed'], row['expected'])
    assert.equal(rows[0]!['messagesPerPiece'], 0)
  },
  claims: (rows) => {
    assert.deepEqual(
      rows.map(({ store, processes }) => `${String(store)} ${String(processes)}`),
      ['sqlite 1', 'postgres 1', 'postgres 3'].flatMap((kind) => Array<string>(4).fill(kind))
    )
    for (const row of rows) assert.ok(Number(row['tokensPerSecond']) > 0)
  },
  state: (rows) => {
    const bytes = rows.map((row) => Number(row['bytesPerPurchase']))
    // By pieces, then sellers: I7 says 2 bytes for 16 more pieces, and 2 more for a seller.
    assert.equal(bytes[2]! - bytes[0]!, 2)
    assert.ok(bytes[1]! > bytes[0]! && bytes[3]! > bytes[1]!)
  },
  flood: (rows) => {
    assert.equal(rows.length, 6)
    for (const row of rows) assert.ok(Number(row['floodPerSecond']) > 0)
  },
  fluid: (rows) => {
    assert.equal(rows.length, 3)
    for (const row of rows) assert.ok(Number(row['egressGb']) > 0 && Number(row['optimumGb']) > 0)
  },
  premiere: ([row]) => {
    const { heldBefore, keysBefore, readableBefore, opened } = row!
    assert.deepEqual(
      { heldBefore, keysBefore, readableBefore, opened },
      {
        ...{ heldBefore: 1, keysBefore: 0, readableBefore: 0, opened: 8 }
      }
    )
    // Keys of 4 kB are much for a release of a mebibyte; of a film they are nothing.
    assert.ok(Number(row!['providerShare']) < 0.05)
  },
  qos: ([bound, dial, ...more]) => {
    assert.deepEqual([bound!['mode'], dial!['mode'], more], ['lowerBound', 'targetRate', []])
    assert.ok(Number(dial!['p95Seconds']) > 0)
    assert.ok(Number(dial!['egressBytes']) >= 192 * 1024)
    // As asked for; neither where packets cannot be filtered.
    assert.ok(['0.02 20', '0 0'].includes(`${String(dial!['loss'])} ${String(dial!['delayMs'])}`))
  },
  interop: (rows) => {
    assert.equal(rows.length, 6)
    for (const { version, ok, mode, piecesGot } of rows) {
      if (version === 'not installed') assert.equal(ok, null)
      else if (mode === 'closed') assert.equal(piecesGot, 0)
    }
  }
}

const folders: string[] = []

/** Runs the command with a temporary folder of its own. */
function start(args: string[]): { child: ChildProcess; folder: string; stdout: () => string } {
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-bench-test-'))
  folders.push(folder)
  // PostgreSQL runs as another user when the test is root.
  chmodSync(folder, 0o755)
  const child = spawn(process.execPath, ['--conditions=floodgate-source', MAIN, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (part: string) => (text += part))
  return { child, folder, stdout: () => text }
}

/** `close` comes when the last process that holds stdout or stderr is gone: the actors hold stderr. */
async function exitOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

describe('bench', function () {
  this.timeout(60_000)
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

  for (const { name, columns } of benches) {
    it(`${name} --json prints one object with exactly the promised fields, and leaves nothing`, async () => {
      const { child, folder, stdout } = start([name, '--json', ...TINY[name]!.split(' ')])
      assert.equal(await exitOf(child), 0)
      const printed = JSON.parse(stdout()) as Printed
      assert.deepEqual(Object.keys(printed), ['bench', 'machine', 'results'])
      assert.equal(printed.bench, name)
      assert.equal(Object.keys(printed.machine).join(' '), MACHINE)
      assert.equal(columns.join(' '), FIELDS[name])
      for (const row of printed.results) assert.equal(Object.keys(row).join(' '), FIELDS[name])
      PROOFS[name]!(printed.results)
      assert.deepEqual(readdirSync(folder), [])
    })
  }

  it('without a name lists them all; an unknown name or option is refused', async () => {
    const { child, stdout } = start([])
    assert.equal(await exitOf(child), 0)
    for (const { name, line } of benches) assert.ok(stdout().includes(`${name} `) && line !== '')
    assert.equal(await exitOf(start(['nothing']).child), 2)
    assert.equal(await exitOf(start(['state', '--purchases', 'many']).child), 2)
    assert.equal(await exitOf(start(['state', '--sizes', '1']).child), 2)
  })

  it('SIGINT ends it with 130, and neither folder nor process is left', async () => {
    const { child, folder } = start(['claims', '--purchases', '0', '--claims', '100000'])
    await staged(folder)
    child.kill('SIGINT')
    assert.equal(await exitOf(child), 130)
    assert.ok(existsSync(folder))
    assert.deepEqual(readdirSync(folder), [])
  })

  it('qos that is killed outright leaves no process, and so no namespace and no link', async () => {
    const { child, folder } = start(['qos', '--leechers', '2', '--kib', '768'])
    await staged(folder)
    child.kill('SIGKILL')
    assert.equal(await exitOf(child), null)
  })
})

/** Resolves when the first processes of a benchmark are at work. */
async function staged(folder: string): Promise<void> {
  for (;;) {
    const [stage] = readdirSync(folder)
    if (stage !== undefined && readdirSync(join(folder, stage)).length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
