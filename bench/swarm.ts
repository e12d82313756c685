// A whole swarm on one machine: everybody begins at once and stays to seed. Stock WebTorrent, both of its strategies,
// against Floodgate: do all complete, how long does it take, and what does it cost the provider?

import { join } from 'node:path'
import type { PeerJobs } from './actors/peers.ts'
import type { ProviderJobs } from './actors/provider.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Values } from './harness/bench.ts'
import { numbersOf, wordOf } from './harness/command.ts'
import { PRICE, makeTorrent, writeContent, type Content, type Seller } from './harness/content.ts'
import { KIB, MIB, median, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

const INTERVAL_SECONDS = 30
const MODES = ['floodgate', 'stock-sequential', 'stock-rarest'] as const
type Mode = (typeof MODES)[number]
/** Begins a note about money that is not where it should be. */
const FAULT = 'fault: '

/** The two swarms of the full run: a small one, and a crowd in which a lost wake-up would show. */
const FULL: Setting[] = [
  { seeders: 1, leechers: 10, mib: 64, runs: 3 },
  { seeders: 10, leechers: 100, mib: 16, runs: 5 }
]

interface Setting {
  seeders: number
  leechers: number
  mib: number
  runs: number
}

const options = {
  leechers: { value: 0, short: 10, says: 'leechers; 0: both 1 + 10 and 10 + 100' },
  seeders: { value: 1, says: 'seeders' },
  mib: { value: 64, short: 16, says: 'size of the content' },
  runs: { value: 3, short: 1, says: 'rounds, each with every mode' },
  modes: { value: '0,1,2', says: `modes: ${MODES.join(', ')}` },
  pieces: { value: 256, says: 'piece length in KiB' },
  limit: { value: 8, says: 'unpaid pieces that a buyer may have' },
  processes: { value: 4, says: 'processes that the peers share' },
  conns: { value: 20, says: 'connections of a peer' },
  turns: { value: false, says: 'peers with Floodgate send in turns' },
  wallets: { value: 'disk', says: 'where the wallets lie: disk or memory' },
  patience: {
    value: 120,
    says: 'seconds without a new piece after which a leecher counts as stalled'
  }
}
type Wish = Values<typeof options>

/** What one swarm did. */
interface Run {
  /** Milliseconds of those that completed. */
  done: number[]
  announces: number
  claims: number
  /** All other messages to the provider. */
  others: number
  /** What was wrong: unbalanced books, unpaid pieces. */
  faults: string[]
}

interface Scene {
  stage: Stage
  provider: Actor<ProviderJobs>
  seller: Seller
  stockUrl: string
  wish: Wish
  setting: Setting
  content: Content
  torrents: { paid: Uint8Array; plain: Uint8Array }
}

export const swarm = defineBench({
  name: 'swarm',
  line: 'completion of a whole swarm against stock WebTorrent, and messages to the provider',
  columns: [
    'mode',
    'seeders',
    'leechers',
    'mib',
    'completed',
    'expected',
    'completionRatio',
    'messagesPerPiece'
  ],
  options,
  async run(stage, wish) {
    const { leechers, seeders, mib, runs } = wish
    const settings = leechers === 0 ? FULL : [{ seeders, leechers, mib, runs }]
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    for (const setting of settings) await runSetting(stage, wish, setting, outcome)
    outcome.verdict = verdictOf(outcome)
    return outcome
  }
})

async function runSetting(
  stage: Stage,
  wish: Wish,
  setting: Setting,
  outcome: Outcome
): Promise<void> {
  const provider = await stage.actor<ProviderJobs>('provider')
  const seller = await provider.ask('start', {
    store: 'memory',
    folder: stage.folder,
    intervalSeconds: INTERVAL_SECONDS,
    membersMax: setting.seeders + setting.leechers + 10
  })
  const stockUrl = await provider.ask('stock', { intervalSeconds: INTERVAL_SECONDS })
  const modes = numbersOf('modes', wish.modes).flatMap((at) => MODES[at] ?? [])
  const runs = new Map<Mode, Run[]>(modes.map((mode) => [mode, []]))
  for (let round = 0; round < setting.runs; round++) {
    // A content of its own for each round: the tracker has no memory of the last.
    const scene = await newScene({ stage, provider, seller, stockUrl, wish, setting })
    for (let at = 0; at < modes.length; at++) {
      const mode = modes[(round + at) % modes.length]!
      const run = await runOnce(scene, mode)
      runs.get(mode)!.push(run)
      const seconds = round2(median(run.done) / 1000)
      const { seeders, leechers } = setting
      stage.say(
        `${seeders} + ${leechers}, ${mode}: ${run.done.length} of ${leechers}, median ${seconds} s`
      )
    }
  }
  await stage.dismiss(provider)
  report(outcome, setting, wish, runs)
}

const round2 = (value: number): number => round(value, 2)

async function newScene(parts: Omit<Scene, 'content' | 'torrents'>): Promise<Scene> {
  const { stage, provider, seller, stockUrl, wish, setting } = parts
  const content = await writeContent(await stage.newFolder('content'), setting.mib * MIB)
  const pieceLength = wish.pieces * KIB
  const paid = await makeTorrent(content, { pieceLength, seller })
  const plain = await makeTorrent(content, { pieceLength, announce: [stockUrl] })
  await provider.ask('publish', paid)
  return { ...parts, content, torrents: { paid, plain } }
}

async function runOnce(scene: Scene, mode: Mode): Promise<Run> {
  const { stage, provider, setting, wish, content } = scene
  const { seeders, leechers } = setting
  const processes = await Promise.all(
    Array.from({ length: Math.min(wish.processes, seeders + leechers) }, () =>
      stage.actor<PeerJobs>('peers')
    )
  )
  const ofPeer = (id: number): Actor<PeerJobs> => processes[id % processes.length]!
  await openPeers(scene, mode, ofPeer)
  const before = await provider.ask('counters', undefined)
  const torrent = mode === 'floodgate' ? scene.torrents.paid : scene.torrents.plain
  const folder = content.folder
  for (let id = 0; id < seeders; id++) {
    await ofPeer(id).ask('seed', { id, torrent, place: { folder, memory: true } })
  }
  const strategy = mode === 'stock-rarest' ? 'rarest' : 'sequential'
  const place = { folder: await stage.newFolder('leechers'), memory: true }
  const patienceMs = wish.patience * 1000
  const times = await Promise.all(
    Array.from({ length: leechers }, (_, at) => {
      const id = seeders + at
      return ofPeer(id).ask('join', { id, torrent, place, strategy, patienceMs })
    })
  )
  const done = times.filter((time) => time !== null)
  const faults = mode === 'floodgate' ? await settle(scene, processes) : []
  const after = await provider.ask('counters', undefined)
  await stage.dismiss(...processes)
  const announces = after.tracker.announces - before.tracker.announces
  const claims = after.mint.claims - before.mint.claims
  const messages = after.tracker.messages - before.tracker.messages
  return { done, faults, announces, claims, others: messages - announces - claims }
}

async function openPeers(
  { stage, provider, seller, setting, wish, content }: Scene,
  mode: Mode,
  ofPeer: (id: number) => Actor<PeerJobs>
): Promise<void> {
  const wallets = await stage.newFolder('wallets')
  const volatile = wordOf('wallets', wish.wallets, ['disk', 'memory']) === 'memory'
  const amount = BigInt(Math.ceil(content.bytes / (wish.pieces * KIB))) * PRICE
  const ids = Array.from({ length: setting.seeders + setting.leechers }, (_, id) => id)
  await Promise.all(
    ids.map(async (id) => {
      const walletPath = volatile ? '' : join(wallets, `${id}.json`)
      const trade = { walletPath, seller, limitMax: wish.limit, turns: wish.turns }
      const options = { maxConns: wish.conns, trade: mode === 'floodgate' ? trade : undefined }
      const { uid } = await ofPeer(id).ask('open', { id, options })
      if (uid !== '') await provider.ask('fund', { uid, amount })
    })
  )
}

/** After the download: every debt paid, every token claimed, the books balanced. */
async function settle(
  { provider, setting, wish, content }: Scene,
  processes: Actor<PeerJobs>[]
): Promise<string[]> {
  const settled = await Promise.all(processes.map((actor) => actor.ask('settle', undefined)))
  const faults = settled.every(Boolean) ? [] : ['not everything is paid']
  let tokens = 0
  for (const actor of processes) tokens += await actor.ask('claim', undefined)
  const wanted = setting.leechers * Math.ceil(content.bytes / (wish.pieces * KIB))
  if (tokens !== wanted) faults.push(`${tokens} tokens claimed, ${wanted} pieces bought`)
  return [...faults, ...(await provider.ask('faults', undefined))]
}

function report(
  outcome: Outcome,
  { seeders, leechers, mib, runs: rounds }: Setting,
  wish: Wish,
  runs: Map<Mode, Run[]>
): void {
  const middle = (mode: Mode): number =>
    median((runs.get(mode) ?? []).map(({ done }) => median(done)))
  const stock = (['stock-sequential', 'stock-rarest'] as const).map(middle)
  const best = Math.min(...stock.filter((ms) => !Number.isNaN(ms)))
  const pieces = leechers * Math.ceil((mib * MIB) / (wish.pieces * KIB))
  for (const [mode, all] of runs) {
    const completed = all.reduce((sum, { done }) => sum + done.length, 0)
    const ratio = middle(mode) / best
    const sum = (figure: 'announces' | 'claims' | 'others'): number =>
      all.reduce((total, run) => total + run[figure], 0)
    const paid = mode === 'floodgate'
    outcome.results.push({
      ...{ mode, seeders, leechers, mib, completed, expected: leechers * rounds },
      completionRatio: Number.isFinite(ratio) ? round(ratio, 3) : null,
      messagesPerPiece: paid ? round(sum('others') / (pieces * all.length), 6) : null
    })
    const medians = all.map(({ done }) => round2(median(done) / 1000)).join(', ')
    const cost = `; ${sum('announces')} announces and ${sum('claims')} claims for ${pieces * all.length} pieces`
    outcome.notes.push(`${seeders} + ${leechers}, ${mode}: medians ${medians} s${paid ? cost : ''}`)
    for (const fault of all.flatMap(({ faults }) => faults)) outcome.notes.push(`${FAULT}${fault}`)
  }
}

function verdictOf({ results, notes }: Outcome): string {
  const faults = notes.filter((note) => note.startsWith(FAULT)).length
  const missed = results.flatMap((row) => {
    const name = `${row['mode']} ${row['seeders']} + ${row['leechers']}`
    const stalled = row['completed'] !== row['expected']
    const chatty = Number(row['messagesPerPiece'] ?? 0) > 0
    return [
      ...(stalled ? [`${name}: ${row['completed']} of ${row['expected']} completed`] : []),
      ...(chatty ? [`${name}: ${row['messagesPerPiece']} messages a piece to the provider`] : [])
    ]
  })
  if (faults > 0) missed.push(`${faults} runs whose books or payments are not in order, see above`)
  if (missed.length > 0) return `Missed: ${missed.join('; ')}.`
  return 'All completed, and no piece cost the provider a message; a ratio below 1 is faster than the better stock mode.'
}
