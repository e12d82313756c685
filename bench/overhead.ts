// What paying costs: one seeder and one leecher in processes of their own, plain WebTorrent against Floodgate, in pairs.
// Both sides have the same client settings, stores and clock: it runs from the connect (metadata, address and purse are
// there) to the last piece in the store and, for Floodgate, to the receipt for the last payment.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeerJobs } from './actors/peers.ts'
import type { ProviderJobs } from './actors/provider.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf, wordOf } from './harness/command.ts'
import { makeTorrent, PRICE, writeContent, type Content, type Seller } from './harness/content.ts'
import { KIB, MIB, median, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

/** Long: in the middle of a run nobody should announce. */
const INTERVAL_SECONDS = 3600
const ID = 1
const PLACES = ['disk', 'memory'] as const

interface Run {
  ms: number
  cpuMs: number
  firstPieceMs: number
}

interface Scene {
  stage: Stage
  provider: Actor<ProviderJobs>
  seller: Seller
  content: Content
  memory: boolean
  /** Are the wallets in memory? */
  volatile: boolean
  /** Options of both sides' Node. */
  node: readonly string[]
}

/** At most, by pieces of KiB and limit (timeRatio); the CPU ratio is to be at most 1 throughout. */
const TARGETS: Record<string, number> = {
  '1024/8': 0.85,
  '1024/4': 0.95,
  '1024/1': 1.05,
  '256/8': 0.9,
  '256/4': 1.0,
  '256/1': 1.15
}
const CPU_TARGET = 1.0

export const overhead = defineBench({
  name: 'overhead',
  line: 'time and CPU of Floodgate against plain WebTorrent, one seeder and one leecher',
  columns: ['pieceLength', 'limit', 'timeRatio', 'cpuRatio', 'firstPieceMs'],
  options: {
    pairs: { value: 5, short: 2, says: 'pairs of runs per setting' },
    mib: { value: 256, short: 64, says: 'size of the content' },
    pieces: { value: '256,1024', says: 'piece lengths in KiB' },
    limits: { value: '1,4,8', says: 'unpaid pieces that a buyer may have' },
    store: { value: 'disk', says: 'where the contents lie: disk or memory' },
    wallets: { value: 'disk', says: 'where the wallets lie: disk or memory' },
    heap: {
      value: 400,
      says: 'heap growth of both sides in percent, as `floodgate` has; 0: as Node has'
    }
  },
  async run(stage, values) {
    const memory = wordOf('store', values.store, PLACES) === 'memory'
    const volatile = wordOf('wallets', values.wallets, PLACES) === 'memory'
    const content = await writeContent(await stage.newFolder('content'), values.mib * MIB)
    const provider = await stage.actor<ProviderJobs>('provider')
    const seller = await provider.ask('start', {
      store: 'memory',
      folder: stage.folder,
      intervalSeconds: INTERVAL_SECONDS,
      membersMax: 250
    })
    const node = values.heap > 0 ? [`--heap-growing-percent=${values.heap}`] : []
    const scene = { stage, provider, seller, content, memory, volatile, node }
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    for (const kib of numbersOf('pieces', values.pieces)) {
      const pieceLength = kib * KIB
      const plain = await makeTorrent(content, { pieceLength })
      const paid = await makeTorrent(content, { pieceLength, seller })
      await provider.ask('publish', paid)
      for (const limit of numbersOf('limits', values.limits)) {
        const pairs = await runPairs(scene, values.pairs, { plain, paid, limit, kib })
        add(outcome, pairs, pieceLength, limit)
      }
    }
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

interface Pair {
  plain: Run
  paid: Run
}

/** The side that goes first alternates too. */
async function runPairs(
  scene: Scene,
  count: number,
  what: { plain: Uint8Array; paid: Uint8Array; limit: number; kib: number }
): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (let at = 0; at < count; at++) {
    const first = at % 2 === 0 ? 'plain' : 'paid'
    const runs: Partial<Pair> = {}
    for (const side of [first, first === 'plain' ? 'paid' : 'plain'] as const) {
      runs[side] = await runOnce(scene, what[side], side === 'paid' ? what.limit : undefined)
    }
    const pair = runs as Pair
    pairs.push(pair)
    const times = `${round(pair.paid.ms)} against ${round(pair.plain.ms)} ms`
    scene.stage.say(`${what.kib} KiB, limit ${what.limit}: pair ${at + 1} of ${count}: ${times}`)
  }
  return pairs
}

/** One download; with a limit it is paid for. */
async function runOnce(
  { stage, provider, seller, content, memory, volatile, node }: Scene,
  torrent: Uint8Array,
  limitMax: number | undefined
): Promise<Run> {
  const folder = await stage.newFolder('leecher')
  const wallets = await stage.newFolder('wallets')
  const [seeder, leecher] = await Promise.all([
    stage.actor<PeerJobs>('peers', { node }),
    stage.actor<PeerJobs>('peers', { node })
  ])
  const open = (actor: Actor<PeerJobs>, name: string) => {
    const walletPath = volatile ? '' : join(wallets, `${name}.json`)
    const trade = limitMax === undefined ? undefined : { walletPath, seller, limitMax }
    return actor.ask('open', { id: ID, options: { trade } })
  }
  const { port } = await open(seeder, 'seeder')
  const { uid } = await open(leecher, 'leecher')
  if (limitMax !== undefined) {
    const pieces = BigInt(Math.ceil(content.bytes / (16 * KIB)))
    await provider.ask('fund', { uid, amount: pieces * PRICE })
  }
  await seeder.ask('seed', { id: ID, torrent, place: { folder: content.folder, memory } })
  await leecher.ask('prepare', { id: ID, torrent, place: { folder, memory } })

  await seeder.ask('profile', true)
  const before = await Promise.all([seeder.ask('cpu', undefined), leecher.ask('cpu', undefined)])
  const { ms, firstPieceMs } = await leecher.ask('fetch', { id: ID, port })
  const after = await Promise.all([seeder.ask('cpu', undefined), leecher.ask('cpu', undefined)])
  await seeder.ask('profile', false)

  await stage.dismiss(seeder, leecher)
  await rm(folder, { recursive: true })
  return { ms, firstPieceMs, cpuMs: after[0] + after[1] - before[0] - before[1] }
}

function add(outcome: Outcome, pairs: Pair[], pieceLength: number, limit: number): void {
  const ratio = (figure: 'ms' | 'cpuMs') =>
    median(pairs.map(({ plain, paid }) => paid[figure] / plain[figure]))
  const of = (side: 'plain' | 'paid', figure: keyof Run) =>
    round(median(pairs.map((pair) => pair[side][figure])))
  outcome.results.push({
    pieceLength,
    limit,
    timeRatio: round(ratio('ms'), 3),
    cpuRatio: round(ratio('cpuMs'), 3),
    firstPieceMs: of('paid', 'firstPieceMs')
  })
  outcome.notes.push(
    `${pieceLength / KIB} KiB, limit ${limit}: ${of('paid', 'ms')} ms and ${of('paid', 'cpuMs')} ms of CPU ` +
      `against ${of('plain', 'ms')} and ${of('plain', 'cpuMs')} (medians)`
  )
}

function verdictOf(rows: Row[]): string {
  const missed = rows.flatMap(({ pieceLength, limit, timeRatio, cpuRatio }) => {
    const name = `${Number(pieceLength) / KIB}/${limit}`
    const target = TARGETS[name]
    return [
      ...(target !== undefined && Number(timeRatio) > target
        ? [`time ${timeRatio} > ${target} at ${name}`]
        : []),
      ...(Number(cpuRatio) > CPU_TARGET ? [`CPU ${cpuRatio} > ${CPU_TARGET} at ${name}`] : [])
    ]
  })
  if (missed.length === 0)
    return 'Every ratio is within its target (below 1: paid is faster than free).'
  return `Missed (KiB/limit): ${missed.join(', ')}.`
}
