// A swarm in seconds: who is there, which share of the content is outside the provider, what flows, who leaves. It decides
// nothing about the provider's rate; it is told.

import type { SwarmSample, LeecherSample, Decision } from '@floodgate/qos'
import type { Random } from '../../test/support/random.ts'
import { sharePeers, shareProvider } from './flow.ts'
import { Peer } from './peer.ts'
import type { Person } from './population.ts'

const PIECE = 1 << 20
const DAY_S = 86_400

/** How the provider's seeders share their rate among leechers. */
export type Split = 'slowest-first' | 'even'

export class Swarm {
  readonly #length: number
  readonly #split: Split
  readonly #random: Random
  #arrived = 0
  /** Of those who left: what they had told of. */
  #toldByGone = 0
  /** Share of the content that is outside the provider. */
  #outside = 0
  #provider = { all: 0, today: 0, http: 0 }
  peers: Peer[] = []

  constructor(length: number, split: Split, random: Random) {
    this.#length = length
    this.#split = split
    this.#random = random
  }

  get providerBytes(): number {
    return this.#provider.all
  }

  leechers(): Peer[] {
    return this.peers.filter((peer) => peer.isLeecher)
  }

  arrive(person: Person): void {
    this.peers.push(new Peer(this.#arrived++, person, this.#random))
  }

  /** One second. */
  flow(second: number, { rate, webSeed }: Pick<Decision, 'rate' | 'webSeed'>): void {
    const leechers = this.leechers()
    const room = (peer: Peer): number => Math.min(peer.person.downlink, this.#length - peer.got)
    // Peers pass on what was outside before this second; what the provider sends first is what nobody has.
    const held = this.#outside * this.#length
    for (const peer of this.peers) peer.fromPeers = peer.fromProvider = peer.gave = 0

    const givers = this.peers.filter((peer) => !peer.isLeecher || peer.got >= PIECE)
    const uplinks = givers.reduce((all, { person }) => all + person.uplink, 0)
    const ownUplink = (peer: Peer): number => (peer.got >= PIECE ? peer.person.uplink : 0)
    const given = sharePeers(leechers, uplinks, (peer) =>
      Math.max(0, Math.min(room(peer), held - peer.got, uplinks - ownUplink(peer)))
    )
    for (const peer of givers)
      peer.gave = uplinks === 0 ? 0 : (given * peer.person.uplink) / uplinks

    const isEven = this.#split === 'even' || webSeed !== 'closed'
    const known = knownLevels(leechers)
    const sent = shareProvider(
      leechers,
      rate,
      isEven ? () => 0 : known,
      (peer) => room(peer) - peer.fromPeers
    )
    this.#count(second, sent, webSeed)
    this.#outside = Math.min(1, this.#outside + sent / this.#length)
    for (const peer of this.peers) peer.settle(second, this.#random)
  }

  /** Who has everything seeds or leaves; who has seeded long enough leaves. */
  depart(second: number): void {
    for (const peer of this.leechers()) if (peer.got >= this.#length - 1) peer.doneAt = second
    const isGone = ({ doneAt, person }: Peer): boolean => second >= doneAt + person.staysS
    const gone = this.peers.filter(isGone)
    if (gone.length === 0) return
    for (const peer of gone) this.#toldByGone += peer.toldFromPeers
    this.peers = this.peers.filter((peer) => !isGone(peer))
    this.#outside = Math.min(this.#outside, this.#coverage())
  }

  sample(second: number): SwarmSample {
    const leechers = this.leechers()
    const seeders = this.peers.filter((peer) => !peer.isLeecher)
    return {
      content: 'simulated',
      time: second * 1000,
      length: this.#length,
      leechers: leechers.map((peer): LeecherSample => {
        const { rate, uplink } = peer.reported
        const share = peer.got / this.#length
        return { id: peer.id, rate, uplink, share, since: peer.person.arrival * 1000 }
      }),
      seeders: seeders.length,
      seedersUplink: seeders.reduce((all, { reported }) => all + reported.uplink, 0),
      copies: this.#copies(seeders.length, leechers),
      provider: { ...this.#provider },
      fromPeers: this.peers.reduce((all, peer) => all + peer.toldFromPeers, this.#toldByGone)
    }
  }

  #count(second: number, sent: number, webSeed: Decision['webSeed']): void {
    const today = second % DAY_S === 0 ? 0 : this.#provider.today
    const { all, http } = this.#provider
    this.#provider = {
      all: all + sent,
      today: today + sent,
      http: http + (webSeed === 'closed' ? 0 : sent)
    }
  }

  /** What those who are left have together, if their pieces are independent of each other. */
  #coverage(): number {
    if (this.#outside === 0 || this.peers.some((peer) => !peer.isLeecher)) return this.#outside
    const parts = this.peers.map(({ got }) => Math.min(1, got / this.#length / this.#outside))
    return this.#outside * (1 - parts.reduce((missing, part) => missing * (1 - part), 1))
  }

  /** Of the rarest piece: three deviations below the mean, but one of each as long as all are there. */
  #copies(seeders: number, leechers: readonly Peer[]): number {
    if (this.#outside < 1) return seeders
    const mean = leechers.reduce((all, { got }) => all + got / this.#length, 0)
    return seeders + Math.max(seeders === 0 ? 1 : 0, Math.floor(mean - 3 * Math.sqrt(mean)))
  }
}

/** What the provider's seeders know of who gets what from peers: the last reports, and the mean of them for who made none. */
function knownLevels(leechers: readonly Peer[]): (peer: Peer) => number {
  const reported = leechers.filter((peer) => peer.reported.rate > 0)
  const all = reported.reduce((total, peer) => total + peer.reported.fromPeers, 0)
  const mean = reported.length === 0 ? 0 : all / reported.length
  return (peer) => (peer.reported.rate > 0 ? peer.reported.fromPeers : mean)
}
