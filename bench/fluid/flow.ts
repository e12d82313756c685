// Who gets how much in one second: the peers' uplinks are shared by all who want something that peers have, the provider's rate
// goes to whoever is slowest, or evenly. Fluid: no blocks, no round trips.

import type { Peer } from './peer.ts'

/** What a leecher may get more of something, by peer. */
type Room = (peer: Peer) => number

/** Shares `supply` in proportion to luck, to nobody more than his room. Answers what was taken. */
export function sharePeers(leechers: readonly Peer[], supply: number, roomOf: Room): number {
  let [left, open] = [supply, leechers.filter((peer) => roomOf(peer) > 0)]
  for (const peer of leechers) peer.fromPeers = 0
  while (left > 1 && open.length > 0) {
    const weight = open.reduce((all, { luck }) => all + luck, 0)
    const each = left / weight
    const full = open.filter((peer) => roomOf(peer) <= each * peer.luck)
    for (const peer of full.length > 0 ? full : open) {
      peer.fromPeers = full.length > 0 ? roomOf(peer) : each * peer.luck
      left -= peer.fromPeers
    }
    if (full.length === 0) break
    const done = new Set(full)
    open = open.filter((peer) => !done.has(peer))
  }
  return supply - Math.max(0, left)
}

/**
 * Shares `supply` so that those with least, by `levelOf`, come to one level; to nobody more than his room. With the same
 * level for all it is an even split. Answers what was taken.
 */
export function shareProvider(
  leechers: readonly Peer[],
  supply: number,
  levelOf: (peer: Peer) => number,
  roomOf: Room
): number {
  const levels = leechers.map(levelOf)
  const rooms = leechers.map((peer) => Math.max(0, roomOf(peer)))
  const takenAt = (water: number): number => {
    let taken = 0
    for (let i = 0; i < rooms.length; i++) {
      const want = water - levels[i]!
      if (want > 0) taken += want < rooms[i]! ? want : rooms[i]!
    }
    return taken
  }
  let [low, high] = [0, levels.reduce((most, level, i) => Math.max(most, level + rooms[i]!), 0)]
  if (takenAt(high) > supply) {
    for (let i = 0; i < 40 && high - low > 1; i++) {
      const middle = (low + high) / 2
      if (takenAt(middle) > supply) high = middle
      else low = middle
    }
  } else low = high
  leechers.forEach((peer, i) => {
    peer.fromProvider = Math.min(rooms[i]!, Math.max(0, low - levels[i]!))
  })
  return takenAt(low)
}
