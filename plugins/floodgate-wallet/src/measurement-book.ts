// What we measured of what was promised, purse by purse: figures while the download goes on, then what was signed, and what
// the provider found.

import { toHex, type Measured } from '@floodgate/protocol'
import type { Purse } from './purse.ts'
import type { Saver } from './saver.ts'
import type { MeasurementState } from './state.ts'

export class MeasurementBook {
  readonly #saver: Saver
  /** By purse id in hex. */
  readonly #states: Map<string, MeasurementState>

  constructor(saver: Saver, states: Record<string, MeasurementState> = {}) {
    this.#saver = saver
    this.#states = new Map(Object.entries(states))
  }

  /** What was measured of it so far. */
  of({ id }: Purse): Readonly<MeasurementState> | undefined {
    return this.#states.get(toHex(id))
  }

  /** Notes figures, unless the wallet is closed; what was signed stays as it is. */
  note({ id }: Purse, measured: Measured): void {
    const known = this.#states.get(toHex(id))
    if (known?.frame === undefined && !this.#saver.closed)
      this.#put(id, { ...measured, outcome: '' })
  }

  /** Signed, to be said; or said, with its outcome: what was found, or the code of the refusal. */
  change({ id }: Purse, change: Partial<MeasurementState>): void {
    this.#put(id, { ...this.#states.get(toHex(id))!, ...change })
  }

  #put(id: Uint8Array, state: MeasurementState): void {
    this.#saver.expectOpen()
    this.#states.set(toHex(id), state)
    this.#saver.changed()
  }

  /** Of the purses that are still known. */
  toState(known: (id: string) => boolean): Record<string, MeasurementState> {
    return Object.fromEntries([...this.#states].filter(([id]) => known(id)))
  }
}
