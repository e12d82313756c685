// The books over the server's swarms: how many members each host has, which swarms are empty and
// may go, a cap on all of it, and whom an asker is shown. The members themselves stay in the
// server's own store.
import { checkSwarmDoors } from '../attach/doors.ts'
import type { SwarmPeer, TrackerServer, TrackerSwarm } from '../attach/server.ts'
import { hostOf } from './address.ts'
import type { Limits } from './options.ts'
import type { CleanAnnounce } from './params.ts'
import type { Refusal } from './reply.ts'
import { compactOf, Roster } from './roster.ts'
import type { Sockets } from './sockets.ts'
import { Tally } from './tally.ts'

/** Announces that may be missed, for networks that lose some. */
const MISSED_MAX = 3

type SwarmClass = new (infoHash: string, server: TrackerServer) => TrackerSwarm

/** Members that listen on a port, and those that are reached over their websocket. */
type Rosters = Record<'ports' | 'sockets', Roster>

/** All swarms together. */
export interface SwarmTotals {
  swarms: number
  seeders: number
  leechers: number
  /** Of the largest. */
  membersMax: number
}

/** A place kept for an announce that is still being decided on. */
export interface Seat {
  release(): void
}

export class SwarmBooks {
  readonly #server: TrackerServer
  readonly #limits: Limits
  readonly #sockets: Sockets
  readonly #byHost = new Tally()
  readonly #bySwarmAndHost = new Tally()
  readonly #rosters = new Map<string, Rosters>()
  /** When members that were told how often to announce have missed too many; of others the store knows. */
  readonly #goneAt = new WeakMap<SwarmPeer, number>()
  #swarms = 0

  /** @throws {TrackerDoorError} if the server's swarms are not of the shape we know */
  constructor(server: TrackerServer, limits: Limits, sockets: Sockets) {
    this.#server = server
    this.#limits = limits
    this.#sockets = sockets
    checkSwarmDoors(this.#newSwarm('0'.repeat(40)))
    for (const [infoHash, swarm] of Object.entries(server.torrents)) this.#adopt(infoHash, swarm)
    // The stock versions wait a tick, so that two first announces make two swarms of which one is
    // lost.
    server.getSwarm = (infoHash, done) => done(null, server.torrents[infoHash])
    server.createSwarm = (infoHash, done) => done(null, this.#create(infoHash))
  }

  /** Swarms and hosts that are remembered now. */
  get size(): { swarms: number; hosts: number } {
    return { swarms: this.#swarms, hosts: this.#byHost.size }
  }

  /** The member that holds the asker's place, if any. */
  memberAt(announce: CleanAnnounce): SwarmPeer | undefined {
    return this.#server.torrents[announce.info_hash]?.peers.peek(placeOf(announce))
  }

  /**
   * The member was told to announce every `intervalSeconds`: it is gone once it missed three. A view that stays the same
   * would otherwise show an asker the dead for as long as the store keeps them.
   */
  expectBack(announce: CleanAnnounce, intervalSeconds: number): void {
    const peer = this.memberAt(announce)
    // A websocket's end is seen.
    if (peer === undefined || peer.socket) return
    this.#goneAt.set(peer, this.#limits.now() + MISSED_MAX * intervalSeconds * 1000)
  }

  #isGone(peer: SwarmPeer): boolean {
    return (this.#goneAt.get(peer) ?? Infinity) < this.#limits.now()
  }

  /** Seeders and leechers of a swarm. */
  countsOf(infoHash: string): { complete: number; incomplete: number } {
    const { complete = 0, incomplete = 0 } = this.#server.torrents[infoHash] ?? {}
    return { complete, incomplete }
  }

  totals(): SwarmTotals {
    const totals = { swarms: this.#swarms, seeders: 0, leechers: 0, membersMax: 0 }
    for (const { complete, incomplete } of Object.values(this.#server.torrents)) {
      totals.seeders += complete
      totals.leechers += incomplete
      totals.membersMax = Math.max(totals.membersMax, complete + incomplete)
    }
    return totals
  }

  /**
   * At most `count` members that the asker may be shown. `key` says which (16 bytes): the same key
   * is shown the same, but for who came and went.
   */
  view(announce: CleanAnnounce, among: keyof Rosters, key: Uint8Array, count: number): SwarmPeer[] {
    const { info_hash: infoHash, peer_id: peerId } = announce
    const asker = { place: placeOf(announce), peerId }
    const isHere = (peer: SwarmPeer): boolean => !this.#isGone(peer)
    for (;;) {
      const swarm = this.#server.torrents[infoHash]
      if (swarm === undefined) return []
      letGoOfSilent(swarm)
      const chosen = this.#rosters.get(infoHash)?.[among].choose(key, count, asker, isHere) ?? []
      // Who was met by an answer of another stands late in the store's order, however silent.
      const silent = chosen.filter(({ place }) => swarm.peers.peek(place) === undefined)
      if (silent.length === 0) return chosen.map(({ peer }) => peer)
    }
  }

  /**
   * Keeps a place for the asker until `release`. Refused when its host, or the tracker, has no
   * more.
   */
  seat(announce: CleanAnnounce): Seat | Refusal {
    if (!this.#isNew(announce)) return { release: () => undefined }
    const known = Object.hasOwn(this.#server.torrents, announce.info_hash)
    if (!known && this.#swarms >= this.#limits.swarmsMax) {
      return { code: 'tracker-full', reason: 'the tracker takes no more swarms at the moment' }
    }
    const host = hostOf(announce.ip)
    const inSwarm = `${announce.info_hash} ${host}`
    if (
      this.#bySwarmAndHost.of(inSwarm) >= this.#limits.swarmMembersPerAddressMax ||
      this.#byHost.of(host) >= this.#limits.membersPerAddressMax
    ) {
      return { code: 'too-many-members', reason: 'too many members from this address' }
    }
    this.#tally(announce.info_hash, host, 1)
    return { release: () => this.#tally(announce.info_hash, host, -1) }
  }

  /**
   * Would the asker be one more than `membersMax`? Who is a member already may stay. Without a
   * number: one more than the server's own store takes, which would push another out.
   */
  isFull(announce: CleanAnnounce, membersMax?: number): boolean {
    const { length = 0, max = Infinity } = this.#server.torrents[announce.info_hash]?.peers ?? {}
    return length >= (membersMax ?? max) && this.#isNew(announce)
  }

  /** A swarm without members is forgotten: a stranger can name any number of info hashes. */
  freeIfEmpty(infoHash: string): void {
    if (this.#server.torrents[infoHash]?.peers.length !== 0) return
    delete this.#server.torrents[infoHash]
    this.#rosters.delete(infoHash)
    this.#swarms--
  }

  /** Lets go of members that went silent: the store notices their age only when it meets them. */
  sweep(): void {
    for (const [infoHash, swarm] of Object.entries(this.#server.torrents)) {
      letGoOfSilent(swarm)
      this.#letGoOfGone(swarm)
      this.freeIfEmpty(infoHash)
    }
  }

  #letGoOfGone(swarm: TrackerSwarm): void {
    for (const place of [...swarm.peers.keys]) {
      const peer = swarm.peers.peek(place)
      if (peer === undefined || !this.#isGone(peer)) continue
      swarm.peers.remove(place)
      if (peer.complete) swarm.complete--
      else swarm.incomplete--
    }
  }

  #isNew(announce: CleanAnnounce): boolean {
    return announce.event !== 'stopped' && this.memberAt(announce) === undefined
  }

  #newSwarm(infoHash: string): TrackerSwarm {
    // A door of the tracker (attach/doors.ts), which ships no types; the constructor here has checked its shape.
    const { Swarm } = this.#server.constructor as unknown as { Swarm: SwarmClass }
    return new Swarm(infoHash, this.#server)
  }

  #create(infoHash: string): TrackerSwarm {
    const swarm = this.#newSwarm(infoHash)
    this.#server.torrents[infoHash] = swarm
    this.#adopt(infoHash, swarm)
    return swarm
  }

  #adopt(infoHash: string, swarm: TrackerSwarm): void {
    this.#swarms++
    this.#rosters.set(infoHash, { ports: new Roster(), sockets: new Roster() })
    const { peers } = swarm
    for (const key of peers.keys) this.#joined(infoHash, key, peers.peek(key))
    const [set, remove] = [peers.set.bind(peers), peers.remove.bind(peers)]
    peers.set = (key, peer) => {
      const before = peers.peek(key)
      const after = set(key, peer)
      if (before !== peer) {
        this.#left(infoHash, key, before)
        this.#joined(infoHash, key, peer)
      }
      return after
    }
    peers.remove = (key) => {
      const peer = remove(key)
      this.#left(infoHash, key, peer)
      return peer
    }
    // The stock listener removes by peer id, which for an HTTP member is somebody else's place.
    peers.removeAllListeners('evict')
    peers.on('evict', ({ value }) => {
      if (value.complete) swarm.complete--
      else swarm.incomplete--
    })
  }

  #joined(infoHash: string, place: string, peer: SwarmPeer | undefined): void {
    if (!peer) return
    this.#tally(infoHash, hostOf(peer.ip), 1)
    const rosters = this.#rosters.get(infoHash)
    const compact = compactOf(peer)
    if (compact) rosters?.ports.add(place, compact, peer)
    if (!peer.socket) return
    rosters?.sockets.add(place, Buffer.from(peer.peerId, 'hex'), peer)
    this.#sockets.joined(peer.socket, infoHash, peer.peerId)
  }

  #left(infoHash: string, place: string, peer: SwarmPeer | undefined): void {
    if (!peer) return
    this.#tally(infoHash, hostOf(peer.ip), -1)
    const rosters = this.#rosters.get(infoHash)
    rosters?.ports.remove(place)
    rosters?.sockets.remove(place)
    if (peer.socket) this.#sockets.left(peer.socket, infoHash, peer.peerId)
  }

  #tally(infoHash: string, host: string, by: 1 | -1): void {
    this.#byHost.change(host, by)
    this.#bySwarmAndHost.change(`${infoHash} ${host}`, by)
  }
}

/** Under which key the server's swarms keep this member. */
export function placeOf(announce: CleanAnnounce): string {
  return announce.type === 'ws' ? announce.peer_id : announce.addr
}

/** The tail is the one met longest ago; `peek` takes it out if it is too old. */
function letGoOfSilent({ peers }: TrackerSwarm): void {
  while (peers.tail !== null && peers.peek(peers.tail) === undefined);
}
