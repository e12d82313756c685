// A tracker under a flood of ten times what it could verify, over each transport and over all of them: what becomes of
// honest announces meanwhile, and of its memory (F65).

import { randomBytes } from 'node:crypto'
import { Agent, get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { FloodProviderJobs, Flooded } from './actors/flood-provider.ts'
import type { FloodWish, FlooderJobs } from './actors/flooder.ts'
import { newTrader, type Trader } from './actors/claim-maker.ts'
import { announcePath, announcesOf, makeFlood, signAnnounce } from './flood-messages.ts'
import type { FloodMessages } from './flood-messages.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { MIB, percentile, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

const HONEST = 20
const HONEST_PER_SECOND = 40
/** An announce without an answer for so long is none. */
const PATIENCE_MS = 5000
const TIMES = 10
const PIECES = 700
/** Where the flood comes from: other addresses than the honest ones. */
const ADDRESSES = [1, 2, 3, 4].map((host) => `127.0.1.${host}`)

/** Each row: which transports are flooded, with the limits or without, and from where. */
const ROWS: { mix: string; use: (keyof FloodMessages)[]; limited?: false; from?: string[] }[] = [
  { mix: 'http', use: ['http'] },
  { mix: 'ws', use: ['ws'] },
  { mix: 'udp', use: ['udp'] },
  { mix: 'http+ws+udp', use: ['http', 'ws', 'udp'] },
  { mix: 'http+ws+udp, no limits', use: ['http', 'ws', 'udp'], limited: false },
  { mix: 'http, honest address', use: ['http'], from: ['127.0.0.1'] }
]

interface Scene {
  provider: Actor<FloodProviderJobs>
  flooder: Actor<FlooderJobs>
  at: Flooded
  infoHash: Uint8Array
  honest: Trader[]
  flood: FloodMessages
}

export const flood = defineBench({
  name: 'flood',
  line: 'honest announces while a tracker is flooded with ten times what it could verify',
  columns: [
    ...['mix', 'floodPerSecond', 'timesVerifiable', 'honestAnsweredShare'],
    ...['honestP50Ms', 'honestP99Ms', 'heapGrowthMb', 'rssGrowthMb']
  ],
  options: { seconds: { value: 10, short: 2, says: 'how long each flood lasts' } },
  async run(stage, { seconds }) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    const verifiable = await verifiablePerSecond(stage, Math.min(3, seconds) * 1000)
    outcome.notes.push(
      `without limits it verifies and refuses ${verifiable} announces a second over HTTP`
    )
    for (const { mix, use, limited = true, from = ADDRESSES } of ROWS) {
      const scene = await setUp(stage, limited)
      const wish = {
        ...floodOf(scene, use, from),
        ...{ perSecond: (verifiable * TIMES) / use.length, ms: seconds * 1000 }
      }
      const { figures, failures } = await measure(scene, wish, verifiable)
      const row: Row = { mix, ...figures }
      if (failures !== '') outcome.notes.push(`${mix}: without an answer: ${failures}`)
      outcome.results.push(row)
      stage.say(`${mix}: ${row['honestAnsweredShare']} answered, p99 ${row['honestP99Ms']} ms`)
      await stage.dismiss(scene.provider, scene.flooder)
    }
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

async function setUp(stage: Stage, limited: boolean): Promise<Scene> {
  const provider = await stage.actor<FloodProviderJobs>('flood-provider', {
    node: ['--expose-gc']
  })
  const flooder = await stage.actor<FlooderJobs>('flooder')
  const at = await provider.ask('start', { limited })
  const infoHash = randomBytes(20)
  await provider.ask('publishBare', { infoHash, pieces: PIECES })
  const honest = Array.from({ length: HONEST }, () => newTrader(at.rootKey))
  const accounts = honest.map(({ account }) => account)
  await provider.ask('openAccounts', accounts)
  const flood = await makeFlood(
    at.rootKey,
    infoHash,
    accounts.map(({ uid }) => uid)
  )
  return { provider, flooder, at, infoHash, honest, flood }
}

function floodOf(
  { at: { httpPort, udpPort }, flood }: Scene,
  use: (keyof FloodMessages)[],
  addresses: string[]
): Omit<FloodWish, 'perSecond' | 'ms'> {
  const messages = { http: [], ws: [], udp: [] } as FloodMessages
  for (const name of use) messages[name] = flood[name]
  return { ...messages, httpPort, udpPort, addresses }
}

/** As fast as it can look at signatures and refuse them, with nothing else to do. */
async function verifiablePerSecond(stage: Stage, ms: number): Promise<number> {
  const scene = await setUp(stage, false)
  const http = announcesOf(scene.flood)
  const wish = { ...floodOf(scene, [], ADDRESSES), http, perSecond: Infinity, ms }
  const before = await scene.provider.ask('counters', undefined)
  const poured = await scene.flooder.ask('flood', wish)
  const after = await scene.provider.ask('counters', undefined)
  await stage.dismiss(scene.provider, scene.flooder)
  return round(((after.announces - before.announces) / poured.ms) * 1000)
}

async function measure(
  scene: Scene,
  wish: FloodWish,
  verifiable: number
): Promise<{ figures: Row; failures: string }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  // Everybody has announced before.
  await Promise.all(scene.honest.map((_, i) => announce(scene, agent, i, 0)))
  const before = await scene.provider.ask('memory', undefined)
  const flooding = scene.flooder.ask('flood', wish)
  const told = await announceEvenly(scene, agent, wish.ms)
  const poured = await flooding
  agent.destroy()
  const after = await scene.provider.ask('memory', undefined)
  const answered = told.filter((one) => typeof one === 'number')
  const floodPerSecond = round((poured.sent / poured.ms) * 1000)
  const figures = {
    floodPerSecond,
    timesVerifiable: round(floodPerSecond / verifiable, 1),
    honestAnsweredShare: round(answered.length / told.length, 3),
    honestP50Ms: finite(percentile(answered, 0.5)),
    honestP99Ms: finite(percentile(answered, 0.99)),
    heapGrowthMb: round((after.heap - before.heap) / MIB, 1),
    rssGrowthMb: round((after.rss - before.rss) / MIB, 1)
  }
  return { figures, failures: tallyOf(told.filter((one) => typeof one === 'string')) }
}

/** How often each word occurs. */
function tallyOf(words: string[]): string {
  const counts = Object.entries(Object.groupBy(words, (word) => word))
  return counts.map(([word, all]) => `${all!.length} × ${word}`).join(', ')
}

const finite = (ms: number): number | null => (Number.isFinite(ms) ? round(ms, 1) : null)

/** Honest announces, evenly, whether or not the ones before were answered; milliseconds of each, or why not. */
function announceEvenly(scene: Scene, agent: Agent, ms: number): Promise<(number | string)[]> {
  const count = Math.round((ms / 1000) * HONEST_PER_SECOND)
  const start = performance.now()
  const one = async (number: number): Promise<number | string> => {
    const due = start + (number * 1000) / HONEST_PER_SECOND
    await pause(Math.max(0, due - performance.now()))
    return announce(scene, agent, number % HONEST, 1 + number)
  }
  return Promise.all(Array.from({ length: count }, (_, number) => one(number)))
}

/** One honest announce; milliseconds to its signed answer, or why there was none. */
async function announce(
  { at, infoHash, honest }: Scene,
  agent: Agent,
  who: number,
  counter: number
): Promise<number | string> {
  const { signer, account } = honest[who]!
  const peer = Buffer.concat([account.uid, Buffer.alloc(4)])
  const path = announcePath(
    infoHash,
    peer,
    2000 + who,
    await signAnnounce(signer, infoHash, counter)
  )
  const start = performance.now()
  const answer = await fetchBody(agent, at.httpPort, path)
  const refused = /failure reason\d+:([a-z-]+)/.exec(answer)
  if (answer.includes('2:fg') && refused === null) return performance.now() - start
  return refused?.[1] ?? answer
}

/** The body of the answer, or the code of what went wrong. */
function fetchBody(agent: Agent, port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const fail = (error: Error & { code?: string }): void => resolve(error.code ?? error.name)
    const asked = get({ host: '127.0.0.1', port, path, agent, signal }, (response) => {
      let body = ''
      response.setEncoding('latin1')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve(body))
      response.on('error', fail)
    })
    asked.on('error', fail)
  })
}

function verdictOf(results: Row[]): string {
  const limited = results.filter(({ mix }) => !String(mix).includes(','))
  const worst = Math.min(...limited.map((row) => Number(row['honestAnsweredShare'])))
  const grown = Math.max(...limited.map((row) => Number(row['heapGrowthMb'])))
  return `with limits at least ${worst * 100} % of honest announces were answered; the heap grew by at most ${grown} MB`
}
