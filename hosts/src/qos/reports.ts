// What announces tell of leechers. A peer says how many bytes it lacks; from one announce to the next they get fewer, and that
// is what it got, from everybody. Nobody proves it: who lies can make us send too much, within the budget, or too little
// to its own swarm, within bounds (measure.ts).

import type { AnnounceNote } from '@floodgate/tracker'

/** What a peer got between two announces, bytes per second, and when these were. */
export interface Got {
  rate: number
  from: number
  until: number
}

export interface Report {
  /** Names the peer. */
  id: string
  /** First seen, Unix milliseconds. */
  since: number
  /** Bytes missing. */
  left: number
  /** Of its last two announces; undefined before the second one. */
  got: Got | undefined
}

interface Member extends Report {
  /** When `left` was so. */
  at: number
  /** From then on it is not there any more, unless it is heard. */
  goneAt: number
}

/** Announces that follow closer are of one moment: a peer announces by HTTP and by websocket, and when it buys. */
const MOMENT_MS = 500
/** As the tracker has it: who missed three is gone. */
const MISSED_MAX = 3
/** Of stock clients; bittorrent-tracker's own. */
const STOCK_SECONDS = 600

export class Reports {
  readonly #swarms = new Map<string, Map<string, Member>>()

  readonly note = (said: AnnounceNote): void => {
    const { infoHash, peer, isLeaving } = said
    let swarm = this.#swarms.get(infoHash)
    if (isLeaving) return void swarm?.delete(peer)
    if (swarm === undefined) this.#swarms.set(infoHash, (swarm = new Map<string, Member>()))
    swarm.set(peer, heard(swarm.get(peer), said))
  }

  /**
   * Who is in a swarm now: leechers with their reports, and how many have everything; with what those of them got that were
   * leechers so lately that the others' reports are of the same time.
   */
  swarm(infoHash: string, now: number): { leechers: Report[]; seeders: number; ended: Got[] } {
    const swarm = this.#swarms.get(infoHash) ?? new Map<string, Member>()
    for (const [peer, { goneAt }] of swarm) if (now > goneAt) swarm.delete(peer)
    if (swarm.size === 0) this.#swarms.delete(infoHash)
    const leechers = [...swarm.values()].filter(({ left }) => left > 0)
    const ended = [...swarm.values()].flatMap(({ left, got }) => {
      const isLate = got !== undefined && now < got.until + (got.until - got.from)
      return left === 0 && isLate ? got : []
    })
    return { leechers, seeders: swarm.size - leechers.length, ended }
  }
}

function heard(before: Member | undefined, { peer, left, again, time }: AnnounceNote): Member {
  const goneAt = time + MISSED_MAX * (again ?? STOCK_SECONDS) * 1000
  if (before === undefined) return { id: peer, since: time, left, got: undefined, at: time, goneAt }
  if (time - before.at < MOMENT_MS && left > 0) return { ...before, goneAt }
  // More is missing than before: it had not looked yet at what it has.
  if (left > before.left) return { ...before, left, got: undefined, at: time, goneAt }
  const rate = ((before.left - left) * 1000) / Math.max(MOMENT_MS, time - before.at)
  const got = Number.isFinite(rate) ? { rate, from: before.at, until: time } : undefined
  return { ...before, left, got, at: time, goneAt }
}
