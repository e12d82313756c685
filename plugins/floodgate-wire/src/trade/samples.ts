// What a seller gives for nothing: the free pieces of a content, to whoever proved a certificate. They are not bought, not
// paid and never owed, so a cap stands in their way: each uid gets so many bytes as all of them have, a few times over,
// for what was lost or did not fit. Who restarts us may ask again.

import { RESENDS_MAX, toHex } from '@floodgate/protocol'
import type { Content } from './terms.ts'

/** Buyers that are remembered; the longest known is forgotten first. */
const UIDS_MAX = 10_000

export class Samples {
  readonly #content: Pick<Content, 'free' | 'pieceLength'>
  /** Bytes given, by uid. */
  readonly #given = new Map<string, number>()

  constructor(content: Pick<Content, 'free' | 'pieceLength'>) {
    this.#content = content
  }

  /** May `uid` have `bytes` more of piece `index`? Then they count as given. */
  take(uid: Uint8Array, index: number, bytes: number): boolean {
    const { free, pieceLength } = this.#content
    if (index >= free) return false
    const id = toHex(uid)
    const given = (this.#given.get(id) ?? 0) + bytes
    if (given > (1 + RESENDS_MAX) * free * pieceLength(0)) return false
    if (!this.#given.has(id) && this.#given.size === UIDS_MAX) {
      this.#given.delete(this.#given.keys().next().value!)
    }
    this.#given.set(id, given)
    return true
  }

  /** They were not given after all. */
  giveBack(uid: Uint8Array, index: number, bytes: number): void {
    if (index >= this.#content.free) return
    const id = toHex(uid)
    const given = this.#given.get(id)
    if (given !== undefined) this.#given.set(id, Math.max(0, given - bytes))
  }
}
