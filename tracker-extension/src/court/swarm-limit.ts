// How many members a swarm may have, and what dishonest ones could gain (F53, F55, F71, G1). Who never pays gets at most n
// pieces from each other member, so with p > n·(s + dp) it never has the whole content. Pure arithmetic; who enforces it
// is the mint.

/** How the provider meets it: by a hard limit on members, or by the money that is in escrow. */
export interface SwarmLimit {
  mode: 'escrow' | 'cap'
  /** n: the most unpaid pieces that an honest seller lets one buyer have. */
  unpaidMax: number
}

export interface SwarmFacts {
  pieces: number
  /** Of one piece, in minor units. */
  priceMinor: bigint
  /** In the swarm now: seeders and downloading peers. */
  members: number
  /** Accounts of one mind that join. */
  colluders: number
}

/** Amounts in minor units. */
export interface SwarmRisk {
  membersMax: number
  /** Is p > n·(s + dp) for one more buyer? */
  holds: boolean
  /** What one seller can lose to one buyer. */
  sellerLossMinor: bigint
  /** What all colluders together can take without paying, if every other member serves each of them. */
  gainPieces: number
  gainMinor: bigint
  /**
   * What of it is in escrow for the sellers. All, against a buyer alone: what it withholds goes to who has evidence. Nothing
   * against two: the second, as a seller, can claim the tokens that the first withheld from others.
   */
  coveredMinor: bigint
}

/** F71: is the content larger than what one buyer can get unpaid? `seeders` and `downloaders` are the others. */
export function isWithinLimit(
  pieces: number,
  unpaidMax: number,
  seeders: number,
  downloaders: number
): boolean {
  return pieces > unpaidMax * (seeders + downloaders)
}

/** The most members for which F71 holds, the buyer among them: 700 for 700 pieces and n = 1 (G1; the paper says 701). */
export function membersMaxOf(pieces: number, unpaidMax: number): number {
  return Math.floor((pieces - 1) / unpaidMax) + 1
}

export function swarmRisk(limit: SwarmLimit, facts: SwarmFacts): SwarmRisk {
  const { mode, unpaidMax } = limit
  const { pieces, priceMinor, members, colluders } = facts
  const membersMax = membersMaxOf(pieces, unpaidMax)
  const honest = mode === 'cap' ? Math.min(members, Math.max(0, membersMax - colluders)) : members
  const gainPieces = colluders * Math.min(pieces, unpaidMax * honest)
  const gainMinor = BigInt(gainPieces) * priceMinor
  return {
    ...{ membersMax, gainPieces, gainMinor },
    holds: isWithinLimit(pieces, unpaidMax, members, 0),
    sellerLossMinor: BigInt(Math.min(unpaidMax, pieces)) * priceMinor,
    coveredMinor: colluders === 1 ? gainMinor : 0n
  }
}
