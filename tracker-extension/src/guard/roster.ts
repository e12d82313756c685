// The members of one swarm that can be named to others, and which of them an asker is shown. Rendezvous hashing: who asks
// with the same key is shown the same members again, but for those who came and went, however often it asks. So nobody
// collects a large view of the swarm by announcing (Dandelion's "Large View" exploit, D15).
import { createCipheriv } from 'node:crypto'
import type { SwarmPeer } from '../attach/server.ts'

/** Bytes of a member's name: a block of AES. */
const NAME_LENGTH = 16
/** Bytes of the key that a view is chosen with. */
export const VIEW_KEY_LENGTH = 16
/** One in so many of the members shown is a seeder, if there is one: a view of leechers alone may lack a piece for ever. */
const PER_SEEDER = 10
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/

/** Who asks: it is not shown to itself. */
export interface Asker {
  place: string
  peerId: string
}

interface Listed {
  place: string
  peer: SwarmPeer
}

export class Roster {
  readonly #members: Listed[] = []
  readonly #at = new Map<string, number>()
  #names = Buffer.alloc(8 * NAME_LENGTH)

  /** Takes a member in under the name that its rank follows from. */
  add(place: string, name: Uint8Array, peer: SwarmPeer): void {
    const at = this.#members.length
    if ((at + 1) * NAME_LENGTH > this.#names.length) {
      this.#names = Buffer.concat([this.#names, Buffer.alloc(this.#names.length)])
    }
    this.#names.fill(0, at * NAME_LENGTH, (at + 1) * NAME_LENGTH)
    this.#names.set(name.subarray(0, NAME_LENGTH), at * NAME_LENGTH)
    this.#members.push({ place, peer })
    this.#at.set(place, at)
  }

  /** Lets a member go; the last one takes its seat. */
  remove(place: string): void {
    const at = this.#at.get(place)
    if (at === undefined) return
    this.#at.delete(place)
    const last = this.#members.length - 1
    const moved = this.#members[last]!
    this.#members.length = last
    if (at === last) return
    this.#members[at] = moved
    this.#at.set(moved.place, at)
    this.#names.copyWithin(at * NAME_LENGTH, last * NAME_LENGTH, (last + 1) * NAME_LENGTH)
  }

  /**
   * At most `count` members that are here, those of the lowest ranks under `key` (16 bytes): some seeders first, then anyone.
   * Ranks are one AES call over all names, so a swarm of 10,000 costs some tenths of a millisecond.
   */
  choose(
    key: Uint8Array,
    count: number,
    { place, peerId }: Asker,
    isHere: (peer: SwarmPeer) => boolean = () => true
  ): Listed[] {
    const members = this.#members
    if (members.length === 0 || count <= 0) return []
    const ranks = createCipheriv('aes-128-ecb', key, null).update(
      this.#names.subarray(0, members.length * NAME_LENGTH)
    )
    const rankOf = (at: number): number => ranks.readUInt32BE(at * NAME_LENGTH)
    const isOther = (at: number): boolean => {
      const { place: other, peer } = members[at]!
      return other !== place && peer.peerId !== peerId && isHere(peer)
    }
    const isSeeder = (at: number): boolean => members[at]!.peer.complete && isOther(at)
    const seeders = lowest(members.length, Math.ceil(count / PER_SEEDER), rankOf, isSeeder)
    const anyone = lowest(members.length, count, rankOf, isOther)
    return [...new Set([...seeders, ...anyone])].slice(0, count).map((at) => members[at]!)
  }
}

/** The `count` numbers below `end` of the lowest ranks that may be taken, the lowest first. */
function lowest(
  end: number,
  count: number,
  rankOf: (at: number) => number,
  mayTake: (at: number) => boolean
): number[] {
  const taken: { at: number; rank: number }[] = []
  for (let at = 0; at < end; at++) {
    const rank = rankOf(at)
    if (taken.length === count && rank >= taken[count - 1]!.rank) continue
    if (!mayTake(at)) continue
    if (taken.length === count) taken.pop()
    let seat = taken.length
    while (seat > 0 && taken[seat - 1]!.rank > rank) seat--
    taken.splice(seat, 0, { at, rank })
  }
  return taken.map(({ at }) => at)
}

/** A member as BEP 23 has it: four bytes IPv4 address, two bytes port. Undefined for who has no such place. */
export function compactOf({ type, ip, port }: SwarmPeer): Uint8Array | undefined {
  if (type === 'ws' || !IPV4.test(ip)) return undefined
  const bytes = new Uint8Array(6)
  bytes.set(ip.split('.').map(Number))
  new DataView(bytes.buffer).setUint16(4, port)
  return bytes
}
