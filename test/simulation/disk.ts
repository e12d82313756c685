// The disk of a peer, which outlives its processes: its wallet as last written, and its pieces. A process that dies takes
// the write that was under way with it, or leaves it complete and unacknowledged.

import type { WalletState, WalletStorage } from '@floodgate/wallet'
import type { Chance } from './chance.ts'
import type { Life, Party } from './party.ts'
import type { Timeline } from './timeline.ts'

const WRITE_MS = 15

export class Disk {
  readonly pieces = new Map<number, Uint8Array>()
  readonly #timeline: Timeline
  readonly #chance: Chance
  #wallet: WalletState | undefined

  constructor(timeline: Timeline, chance: Chance) {
    this.#timeline = timeline
    this.#chance = chance
  }

  get holdsWallet(): boolean {
    return this.#wallet !== undefined
  }

  /** The wallet as a process of this life reads and writes it. */
  storage(party: Party, life: Life): WalletStorage {
    return {
      load: async () => structuredClone(this.#wallet),
      // Wallets never change a state that they gave away; a storage of theirs would copy it here, at half the price of
      // a schedule.
      save: (state) =>
        this.#write(party, life, () => {
          this.#wallet = state
        }),
      close: async () => undefined
    }
  }

  /** Stores a piece. */
  put(party: Party, life: Life, index: number, bytes: Uint8Array): Promise<void> {
    return this.#write(party, life, () => {
      this.pieces.set(index, bytes)
    })
  }

  /** Resolves when it is written; never, when the process died meanwhile. */
  #write(party: Party, life: Life, write: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#timeline.after(this.#chance.between(0, WRITE_MS), () => {
        if (party.step(life, write) && life.alive) resolve()
      })
    })
  }
}
