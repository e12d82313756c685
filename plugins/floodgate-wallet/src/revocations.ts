// The provider's revocation list, as far as we have it (design §5): whom nobody trades with, by uid. It comes with the
// answers to announces, a few entries at a time; who is behind asks for the rest.

import {
  FloodgateError,
  REVOCATIONS_LIST_MAX,
  RevocationLog,
  toBase64url,
  type Crypto,
  type Message,
  type Revocation
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, issuedNow } from './provider-client.ts'
import type { Saver } from './saver.ts'
import { unpack, type RevokedState } from './state.ts'
import type { Wallet } from './wallet.ts'

const ANSWER_MAX = 4096

export class Revocations {
  readonly #saver: Saver
  readonly #now: () => number
  readonly #log: RevocationLog
  #state: RevokedState | undefined

  constructor(crypto: Crypto, saver: Saver, now: () => number, state?: RevokedState) {
    this.#saver = saver
    this.#now = now
    this.#log = new RevocationLog(
      crypto,
      state && {
        version: state.version,
        head: unpack(state.head),
        entries: state.entries.map(({ uid, evidence, ...entry }) => ({
          ...entry,
          uid: unpack(uid),
          evidence: unpack(evidence)
        }))
      }
    )
  }

  /** Entries that we have. */
  get version(): number {
    return this.#log.version
  }

  /** The entry that voids this account now. */
  has(uid: Uint8Array): Revocation | undefined {
    return this.#log.has(uid, this.#now())
  }

  /** All that are in force. */
  all(): Revocation[] {
    return this.#log.toState(this.#now()).entries
  }

  /** Takes in what was verified. False when it does not go on from what we have. */
  append(message: Message<'revocations'>): boolean {
    this.#saver.expectOpen()
    const before = this.version
    if (!this.#log.append(message)) return false
    if (this.version === before) return true
    this.#state = undefined
    this.#saver.changed()
    return true
  }

  toState(): { revocations?: RevokedState } {
    if (this.version === 0) return {}
    this.#state ??= this.#makeState()
    return { revocations: this.#state }
  }

  #makeState(): RevokedState {
    const { version, head, entries } = this.#log.toState(this.#now())
    return {
      version,
      head: toBase64url(head),
      entries: entries.map(({ uid, reason, evidence, until }) => ({
        uid: toBase64url(uid),
        reason,
        evidence: toBase64url(evidence),
        until
      }))
    }
  }
}

/**
 * Takes in the `revocations` message of a peer list, if there is one, and asks for what is missing. Throws `conflict`
 * when the provider's list does not go on from ours: it shows two histories (G13).
 */
export async function learnRevocations(wallet: Wallet, frame: Uint8Array): Promise<void> {
  if (frame.length === 0) return
  let message = await issuedNow(wallet, 'revocations', frame)
  for (;;) {
    const before = wallet.court.revocations.version
    if (!wallet.court.revocations.append(message))
      throw new FloodgateError('conflict', 'revocations')
    const isAll = message.entries.length < REVOCATIONS_LIST_MAX
    if (isAll || wallet.court.revocations.version === before) return
    const since = wallet.court.revocations.version
    const bytes = await ask(`${wallet.api}${ROUTES}/revocations/${since}`, ANSWER_MAX)
    message = await issuedNow(wallet, 'revocations', bytes)
  }
}
