// How much goes out for each purse: every piece that was paid for as often as a seller would have to send it, and no
// more, or one token would buy traffic without end. In memory: after a restart a purse has its share again.

import { FloodgateError, RESENDS_MAX } from '@floodgate/protocol'

/** Purses remembered at a time, some megabytes. Beyond, the one that was served longest ago is forgotten. */
const PURSES_MAX = 50_000

export class PurseShares {
  readonly #sent = new Map<string, number>()

  /**
   * Books bytes that are about to go out for a purse, which may have `bytesOnce` and all of them again some times; the
   * answer gives back what of them did not go. Throws `too-many-resends`.
   */
  take(purseId: string, bytesOnce: number, bytes: number): (unsent: number) => void {
    const sent = this.#sent.get(purseId) ?? 0
    if (sent + bytes > (1 + RESENDS_MAX) * bytesOnce) {
      throw new FloodgateError('too-many-resends')
    }
    this.#note(purseId, sent + bytes)
    return (unsent) => this.#note(purseId, Math.max(0, (this.#sent.get(purseId) ?? 0) - unsent))
  }

  #note(purseId: string, sent: number): void {
    this.#sent.delete(purseId)
    if (this.#sent.size >= PURSES_MAX) this.#sent.delete(this.#sent.keys().next().value!)
    this.#sent.set(purseId, sent)
  }
}
