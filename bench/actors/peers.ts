// WebTorrent peers in a process of their own, with Floodgate in them or without. A process may hold several, by number.

import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import type { KeyOrder } from '@floodgate/wallet'
import { serve } from '../harness/serve.ts'
import { Profile } from '../harness/profile.ts'
import {
  BenchPeer,
  type FetchFigures,
  type PeerOptions,
  type Place,
  type Played
} from './bench-peer.ts'

const peers = new Map<number, BenchPeer>()
const profile = new Profile('peers')
/** Every TCP connection of this process, to peers and to the tracker alike. */
const sockets = new Set<Socket>()
for (const channel of ['net.client.socket', 'net.server.socket']) {
  subscribe(channel, (message) => sockets.add((message as { socket: Socket }).socket))
}

function peer(id: number): BenchPeer {
  const found = peers.get(id)
  if (found === undefined) throw new Error(`there is no peer ${id}`)
  return found
}

const jobs = {
  /** Makes a peer; answers its port and, with a wallet, its uid. */
  async open({ id, options }: { id: number; options: PeerOptions }): Promise<{
    port: number
    uid: string
  }> {
    const made = await BenchPeer.open(options)
    peers.set(id, made)
    return { port: made.port, uid: made.uid }
  },

  /** Seeds what lies at `place`. With Floodgate it resolves when the provider knows of it. */
  seed: (given: { id: number; torrent: Uint8Array; place: Place }): Promise<void> =>
    peer(given.id).seed(given.torrent, given.place),

  /** Adds a content without connecting to anybody. With Floodgate it resolves when the purse is bought. */
  prepare: (given: { id: number; torrent: Uint8Array; place: Place }): Promise<void> =>
    peer(given.id).prepare(given.torrent, given.place),

  /** Connects and downloads all of what was prepared. */
  fetch: ({ id, port }: { id: number; port: number }): Promise<FetchFigures> =>
    profile.during(() => peer(id).fetch(port)),

  /** Downloads by way of the tracker, as anybody would; answers milliseconds. It goes on seeding. */
  join: (given: {
    id: number
    torrent: Uint8Array
    place: Place
    strategy: 'rarest' | 'sequential'
    patienceMs: number
  }): Promise<number | null> =>
    peer(given.id).join(given.torrent, given.place, given.strategy, given.patienceMs),

  /** Says that it is willing; answers the info hashes of what is pushed to it. */
  willing: ({ id, disk }: { id: number; disk: number }): Promise<string[]> =>
    peer(id).willing(disk),

  /** What keys are refused with. */
  refusal: ({ id, order }: { id: number; order: KeyOrder }): Promise<string> =>
    peer(id).refusal(order),

  /** Buys the keys of what it holds, and opens it. */
  play: ({ id, order }: { id: number; order: KeyOrder }): Promise<Played> => peer(id).play(order),

  /** Bytes that left this process by TCP so far. */
  async sent(): Promise<number> {
    return [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  },

  /** Waits until everything bought is paid. */
  async settle(): Promise<boolean> {
    return (await Promise.all([...peers.values()].map((one) => one.settle()))).every(Boolean)
  },

  /** Claims what all peers earned; answers how many tokens that were. */
  async claim(): Promise<number> {
    let tokens = 0
    for (const one of peers.values()) tokens += await one.claim()
    return tokens
  },

  /** Milliseconds of CPU that this process has used so far. */
  async cpu(): Promise<number> {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },

  /** Begins and ends a CPU profile, if one is wanted. */
  profile: (on: boolean): Promise<void> => (on ? profile.begin() : profile.end()),

  /** What went wrong without ending anything. */
  async warnings(): Promise<string[]> {
    return [...peers.values()].flatMap((one) => one.warnings)
  },

  async closeAll(): Promise<void> {
    await Promise.all([...peers.values()].map((one) => one.close()))
    peers.clear()
  }
}
export type PeerJobs = typeof jobs

serve(jobs)
