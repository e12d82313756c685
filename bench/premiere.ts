// A premiere (F77): real peers get a sealed release before its hour, and pay each other for it with the provider's money; at
// the hour the provider sends keys. Beside them stand SIMULATED ones, without sockets of their own.

import { createHash } from 'node:crypto'
import type { Played } from './actors/bench-peer.ts'
import type { PeerJobs } from './actors/peers.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { KIB, MIB, percentile, round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'
import { HOUR_MS, openScene, readableOf, type Scene } from './premiere/scene.ts'
import { Simulated } from './premiere/simulated.ts'

export const TARGET = { providerShare: 0.01 }

const SEEDER = 0
const PATIENCE_MS = 60_000

interface Peer {
  id: number
  actor: Actor<PeerJobs>
}

export const premiere = defineBench({
  name: 'premiere',
  line: 'a sealed release, pushed before its hour; then the provider sends keys (200 of the audience SIMULATED)',
  columns: [
    ...['peers', 'simulated', 'mib', 'heldBefore', 'keysBefore', 'readableBefore', 'opened'],
    ...['providerShare', 'pushShare', 'firstByteP50Ms', 'firstByteP95Ms']
  ],
  options: {
    peers: { value: 12, short: 4, says: 'real peers: WebTorrent clients with sockets and wallets' },
    simulated: {
      value: 200,
      short: 20,
      says: 'SIMULATED: accounts that hold the bytes, and buy keys'
    },
    mib: { value: 32, short: 4, says: 'size of the release' },
    pieces: { value: 256, says: 'piece length in KiB' },
    processes: { value: 3, says: 'processes for the real peers' }
  },
  async run(stage, values) {
    const { peers: count, simulated, mib } = values
    const size = { bytes: mib * MIB, pieceLength: values.pieces * KIB }
    const scene = await openScene(stage, { peers: count, ...size })
    const { provider, order } = scene
    const seeder = await stage.actor<PeerJobs>('peers')
    const peers = await openPeers(stage, scene, seeder, { count, processes: values.processes })
    const others = await Simulated.open(scene.seller, simulated, scene.sealed)
    for (const uid of others.uids) await provider.ask('fund', { uid, amount: order.price })
    try {
      stage.say(`${count} real peers, ${simulated} simulated: the push begins`)
      const held = await push(stage, scene, peers)
      const pushBytes = await seeder.ask('sent', undefined)
      const early = await Promise.all(
        peers.map(({ id, actor }) => actor.ask('refusal', { id, order }))
      )
      early.push(...(await others.refusals(order)))
      const readable = await readableOf(scene)
      await provider.ask('turnClock', HOUR_MS)
      stage.say('the hour has come')
      const [real, played] = await Promise.all([
        Promise.all(peers.map(({ id, actor }) => actor.ask('play', { id, order }))),
        others.play(order)
      ])
      const sentAfter = (await seeder.ask('sent', undefined)) - pushBytes
      const faults = await provider.ask('faults', undefined)
      const found = { scene, held, pushBytes, early, readable, real, played, sentAfter, faults }
      return outcomeOf({ peers: count, simulated, mib }, found)
    } finally {
      await others.close()
    }
  }
})

/** The provider's seeder, and the audience with money for keys and none for pieces. */
async function openPeers(
  stage: Stage,
  { provider, seller, torrent, folder, order }: Scene,
  seeder: Actor<PeerJobs>,
  { count, processes }: { count: number; processes: number }
): Promise<Peer[]> {
  const trade = { walletPath: '', seller, limitMax: 8 }
  await seeder.ask('open', { id: SEEDER, options: { trade } })
  await seeder.ask('seed', { id: SEEDER, torrent, place: { folder, memory: false } })
  const actors = await Promise.all(
    Array.from({ length: Math.min(processes, count) }, () => stage.actor<PeerJobs>('peers'))
  )
  const peers = Array.from({ length: count }, (_, at) => {
    return { id: at + 1, actor: actors[at % actors.length]! }
  })
  for (const { id, actor } of peers) {
    const options = { trade: { ...trade, pushed: true } }
    const { uid } = await actor.ask('open', { id, options })
    await provider.ask('fund', { uid, amount: order.price })
  }
  return peers
}

/** Everybody says that he is willing, takes it, and seeds; answers who holds all of it. */
async function push(stage: Stage, { torrent, sealed }: Scene, peers: Peer[]): Promise<number> {
  const folder = await stage.newFolder('audience')
  const times = await Promise.all(
    peers.map(async ({ id, actor }) => {
      const offered = await actor.ask('willing', { id, disk: sealed.length })
      if (offered.length !== 1) throw new Error(`peer ${id} is offered ${offered.length} contents`)
      const place = { folder, memory: true }
      const strategy = 'rarest' as const
      return actor.ask('join', { id, torrent, place, strategy, patienceMs: PATIENCE_MS })
    })
  )
  const settled = await Promise.all(
    [...new Set(peers.map(({ actor }) => actor))].map((actor) => actor.ask('settle', undefined))
  )
  if (!settled.every(Boolean)) throw new Error('not everything is paid')
  return times.filter((time) => time !== null).length
}

interface Found {
  scene: Scene
  /** Real peers that held all before the hour. */
  held: number
  /** What the provider's seeder sent before it, and after. */
  pushBytes: number
  sentAfter: number
  /** What those who asked for keys early were told. */
  early: string[]
  readable: number
  real: Played[]
  played: Played[]
  faults: string[]
}

type Setting = Record<'peers' | 'simulated' | 'mib', number>

function outcomeOf({ peers, simulated, mib }: Setting, found: Found): Outcome {
  const { scene, held, pushBytes, sentAfter, early, readable, real, played, faults } = found
  const { plain, sealed } = scene
  const whole = createHash('sha256').update(plain).digest('hex')
  const opened =
    real.filter(({ sha256 }) => sha256 === whole).length +
    played.filter(({ sha256 }) => sha256 === Simulated.hashOf(plain)).length
  const all = [...real, ...played]
  const keyBytes = all.reduce((sum, one) => sum + one.keyBytes, 0)
  const times = all.map(({ firstMs }) => firstMs)
  const row = {
    ...{ peers, simulated, mib },
    heldBefore: round(held / peers, 4),
    keysBefore: early.filter((code) => code !== 'not-released').length,
    readableBefore: readable,
    opened,
    providerShare: round((sentAfter + keyBytes) / (all.length * sealed.length), 6),
    pushShare: round(pushBytes / (peers * sealed.length), 3),
    firstByteP50Ms: round(percentile(times, 0.5)),
    firstByteP95Ms: round(percentile(times, 0.95))
  }
  const notes = [
    `${simulated} of ${all.length} are simulated: they hold the bytes without sockets; the provider’s clock is turned to the hour`,
    `after the hour ${sentAfter} bytes from the seeder’s sockets and ${keyBytes} of keys, for ${all.length} × ${sealed.length}`,
    ...faults.map((fault) => `FAULT: ${fault}`)
  ]
  return { results: [row], notes, verdict: verdictOf(row, faults.length) }
}

function verdictOf(row: Row, faults: number): string {
  const wanted = Number(row['peers']) + Number(row['simulated'])
  const missed = [
    ...(row['heldBefore'] === 1 ? [] : ['not all held it before']),
    ...(row['keysBefore'] === 0 ? [] : ['keys went out before']),
    ...(row['readableBefore'] === 0 ? [] : ['it could be read without keys']),
    ...(row['opened'] === wanted ? [] : [`${row['opened']} of ${wanted} opened it`]),
    ...(Number(row['providerShare']) < TARGET.providerShare ? [] : ['the provider sent too much']),
    ...(faults > 0 ? ['the books are not in order'] : [])
  ]
  if (missed.length > 0) return `Missed: ${missed.join('; ')}.`
  return 'All held it before and nobody could read it; after the hour all did, for less than a hundredth of the bytes.'
}
