// What an attack is, and what came of it.

import type { Bed } from './bed.ts'

export interface Attack {
  name: string
  /** What is tried, in one line. */
  line: string
  /** Pieces that the attackers may gain by design (design §2, §5). */
  bound: number
  /** Money that they may gain by design, in minor units; 0 by default. */
  boundMoney?: number
  /**
   * Codes and events that must all have been observed: an attack that met no defence was not made.
   */
  defences: readonly string[]
  /** The unpaid limit n that the scenario gives its sellers; 1 by default. */
  limit?: number
  /** Pieces of the content; 8 by default. */
  pieces?: number
  /** Does the tracker answer over UDP too? */
  udp?: boolean
  run(bed: Bed): Promise<void>
}

/** Amounts in minor units. */
export interface Row {
  name: string
  attackerGainPieces: number
  attackerGainMoney: number
  boundPieces: number
  worstHonestLossPieces: number
  honestBans: number
  ok: boolean
  /** Which of them were observed. */
  defence: string
}
