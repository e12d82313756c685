// One run: new contents on sale, new accounts, everybody comes when the crowd comes, and stays until all are done.

import type { QosPeerJobs, Got } from '../actors/qos-peer.ts'
import type { QosProviderJobs } from '../actors/qos-provider.ts'
import { PRICE, makeTorrent, writeContent, type Seller } from '../harness/content.ts'
import type { Stage } from '../harness/stage.ts'
import type { Crowd } from './crowd.ts'
import type { Placed } from './ground.ts'
import type { Trial } from './modes.ts'

export interface Scene {
  stage: Stage
  crowd: Crowd
  provider: Placed<QosProviderJobs>
  peers: readonly Placed<QosPeerJobs>[]
  seller: Seller
  pieceLength: number
  maxConns: number
  everyMs: number
  reportMs: number
  explain: boolean
  /** Do all send in turns? */
  turns: boolean
  /** Is a run that was disturbed made once more? */
  again: number
}

export interface Ran {
  got: Got[]
  /** Bytes that the provider sent. */
  egress: number
  /** What went wrong without ending anything. */
  warnings: string[]
  /** The share of its time in which the provider waited for a processor: what else the machine had to do. */
  late: number
}

/** A leecher that takes so many times longer than it may is not waited for. */
const PATIENCE = 4

interface Offered {
  torrent: Uint8Array
  infoHash: string
  url: string
}

export async function runOnce(scene: Scene, trial: Trial, payments: boolean): Promise<Ran> {
  const { stage, crowd, provider, peers } = scene
  const offered: Offered[] = []
  for (let at = 0; at < trial.contents; at++) offered.push(await sell(scene, payments))
  if (trial.way === undefined) {
    const [{ infoHash }] = offered as [Offered]
    await provider.actor.ask('openOrigin', { infoHash, rate: crowd.uplink })
  } else {
    const { everyMs, reportMs } = scene
    const steering = { way: trial.way, everyMs, reportMs, uplink: crowd.uplink, turns: scene.turns }
    await Promise.all(peers.map((_, at) => openPeer(scene, trial, at)))
    await provider.actor.ask('steer', steering)
  }
  await provider.actor.ask('watch', undefined)
  const got = await Promise.all(
    peers.map((_, at) => come(scene, trial, at, offered[at % offered.length]!))
  )
  const late = await provider.actor.ask('late', undefined)
  let egress = 0
  for (const { infoHash } of offered) {
    egress += await provider.actor.ask('sent', infoHash)
    if (scene.explain) {
      const lines = await provider.actor.ask('decisions', infoHash)
      for (const { time, reason } of lines) stage.say(`${new Date(time).toISOString()} ${reason}`)
    }
  }
  const closed = await Promise.all(peers.map(({ actor }) => actor.ask('close', undefined)))
  const warnings = [...(await provider.actor.ask('rest', undefined)), ...closed.flat()]
  return { got, egress, warnings, late }
}

/** Without payments all pieces but the last are free: the same clients, the same choice of pieces, nothing to sign. */
async function sell(
  { stage, crowd, provider, seller, pieceLength }: Scene,
  payments: boolean
): Promise<Offered> {
  const content = await writeContent(await stage.newFolder('content'), crowd.length)
  const free = payments ? 0 : Math.ceil(crowd.length / pieceLength) - 1
  const torrent = await makeTorrent(content, { pieceLength, seller, open: true, free })
  return { torrent, ...(await provider.actor.ask('sell', { torrent, content })) }
}

async function openPeer(
  { crowd, provider, peers, seller, maxConns, turns }: Scene,
  { originAfterMs }: Trial,
  at: number
): Promise<void> {
  const { actor, throttle } = peers[at]!
  const { gives } = crowd.leechers[at]!
  const uid = await actor.ask('open', { seller, gives, throttle, originAfterMs, maxConns, turns })
  await provider.actor.ask('fund', { uid, amount: PRICE * BigInt(crowd.length) })
}

async function come(
  { crowd, peers, pieceLength }: Scene,
  trial: Trial,
  at: number,
  { torrent, url }: Offered
): Promise<Got> {
  const { comesMs } = crowd.leechers[at]!
  const { actor } = peers[at]!
  await new Promise((resolve) => setTimeout(resolve, comesMs))
  const patienceMs = Math.ceil((PATIENCE * 1000 * crowd.length) / crowd.target)
  if (trial.way === undefined) return actor.ask('get', { url, pieceLength, patienceMs })
  return actor.ask('join', { torrent, patienceMs })
}
