// The provider's revocation list: a log that only grows, an entry a version. Each head hashes the one before, so that all
// who have a version have the same entries, and a provider that shows two histories is found out by comparing heads (G13).

import { concat, equal, toHex, u32, u64, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/interface.ts'
import type { Message } from '../messages.ts'

export interface Revocation {
  uid: Uint8Array
  /** Code of the offence. */
  reason: string
  /** Id of the complaint that proves it, 32 bytes. */
  evidence: Uint8Array
  /** Unix milliseconds; 0 lifts what stood before. */
  until: number
}

/** The head of the empty log. */
export const NO_HEAD = new Uint8Array(32)

/** The head after one more entry. */
export function nextHead(crypto: Crypto, head: Uint8Array, entry: Revocation): Uint8Array {
  const reason = utf8(entry.reason)
  const { uid, evidence, until } = entry
  return crypto.sha256(concat(head, uid, u32(reason.length), reason, evidence, u64(until)))
}

export interface RevocationState {
  version: number
  head: Uint8Array
  /** The entry in force of each uid. */
  entries: Revocation[]
}

export class RevocationLog {
  readonly #crypto: Crypto
  readonly #entries = new Map<string, Revocation>()
  #version: number
  #head: Uint8Array

  constructor(crypto: Crypto, state?: RevocationState) {
    this.#crypto = crypto
    this.#version = state?.version ?? 0
    this.#head = state?.head ?? NO_HEAD
    for (const entry of state?.entries ?? []) this.#entries.set(toHex(entry.uid), entry)
  }

  /** How many entries the log has so far. */
  get version(): number {
    return this.#version
  }

  get head(): Uint8Array {
    return this.#head
  }

  /**
   * Takes in what the provider added; its signature was checked. Entries that are known are skipped. False, and nothing
   * changes, when there is a gap or the entries do not lead from our head to theirs.
   */
  append({ since, head, entries }: Message<'revocations'>): boolean {
    if (since > this.#version) return false
    const news = entries.slice(this.#version - since)
    let reached = this.#head
    for (const entry of news) reached = nextHead(this.#crypto, reached, entry)
    // What lies wholly behind us says nothing about our head.
    const isOld = since + entries.length < this.#version
    if (!isOld && !equal(reached, head)) return false
    for (const entry of news) this.#entries.set(toHex(entry.uid), entry)
    this.#version += news.length
    this.#head = reached
    return true
  }

  /** The entry that voids this uid's certificate at `now`. */
  has(uid: Uint8Array, now: number): Revocation | undefined {
    const entry = this.#entries.get(toHex(uid))
    return entry !== undefined && now < entry.until ? entry : undefined
  }

  /** Entries that are over are dropped: the head remembers them. */
  toState(now: number): RevocationState {
    const entries = [...this.#entries.values()].filter(({ until }) => now < until)
    return { version: this.#version, head: this.#head, entries }
  }
}
