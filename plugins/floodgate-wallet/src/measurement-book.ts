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
  /** Of those under way: read when the wallet is saved, so that pieces write nothing here. */
  readonly #running = new Map<string, () => Measured>()

  constructor(saver: Saver, states: Record<string, MeasurementState> = {}) {
    this.#saver = saver
    this.#states = new Map(Object.entries(states))
  }

  /** What was measured of it so far. */
  of({ id }: Purse): Readonly<MeasurementState> | undefined {
    const read = this.#running.get(toHex(id))
    return read === undefined ? this.#states.get(toHex(id)) : { ...read(), outcome: '' }
  }

  /** It is measured from now on, until `note` or `change`: `read` says how far. */
  begin({ id }: Purse, read: () => Measured): void {
    this.#running.set(toHex(id), read)
  }

  /** Notes the figures with which measuring ends, unless the wallet is closed; what was signed stays as it is. */
  note(purse: Purse, measured: Measured): void {
    if (this.of(purse)?.frame !== undefined || this.#saver.closed) return
    this.#put(purse.id, { ...measured, outcome: '' })
  }

  /** Signed, to be said; or said, with its outcome: what was found, or the code of the refusal. */
  change(purse: Purse, change: Partial<MeasurementState>): void {
    this.#put(purse.id, { ...this.of(purse)!, ...change })
  }

  #put(id: Uint8Array, state: MeasurementState): void {
    this.#saver.expectOpen()
    this.#running.delete(toHex(id))
    this.#states.set(toHex(id), state)
    this.#saver.changed()
  }

  /** Of the purses that are still known. */
  toState(known: (id: string) => boolean): Record<string, MeasurementState> {
    const running = [...this.#running].map(
      ([id, read]) => [id, { ...read(), outcome: '' }] as const
    )
    return Object.fromEntries([...this.#states, ...running].filter(([id]) => known(id)))
  }
}
