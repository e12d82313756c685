// Whom this person does not trade with, by uid, with the evidence: it survives restarts and new addresses
// (W7). It is bounded: when it is full, the entries that expire first go.

import { isErrorCode, toBase64url, toHex, type ErrorCode } from '@floodgate/protocol'
import type { Saver } from './saver.ts'
import { unpack, type BlacklistState } from './state.ts'

export interface BlacklistEntry {
  uid: Uint8Array
  reason: ErrorCode
  /** Signed messages that prove the reason, the decisive one first. */
  evidence: Uint8Array[]
  /** Unix milliseconds, as are all times here. */
  at: number
  expiresAt: number
}

const ENTRIES_MAX = 256
/** Bytes of evidence of one entry: a request, a delivery and a whole payment. */
const EVIDENCE_MAX = 32 * 1024
const EVIDENCE_TOTAL_MAX = 1024 * 1024

export class Blacklist {
  readonly #saver: Saver
  readonly #entries = new Map<string, BlacklistEntry>()
  #state: BlacklistState[] | undefined

  constructor(saver: Saver, states: BlacklistState[] = []) {
    this.#saver = saver
    for (const state of states) {
      const { reason, at, expiresAt } = state
      this.#entries.set(toHex(unpack(state.uid)), {
        uid: unpack(state.uid),
        reason: isErrorCode(reason) ? reason : 'blacklisted',
        evidence: state.evidence.map(unpack),
        at,
        expiresAt
      })
    }
  }

  /** The entry of `uid`, while it lasts. */
  has(uid: Uint8Array, now: number): BlacklistEntry | undefined {
    const entry = this.#entries.get(toHex(uid))
    return entry !== undefined && now < entry.expiresAt ? entry : undefined
  }

  /** Adds or replaces. Of the evidence it keeps the first messages, up to 32 KiB. */
  add(entry: BlacklistEntry): void {
    this.#saver.expectOpen()
    let room = EVIDENCE_MAX
    const evidence = entry.evidence.filter((frame) => (room -= frame.length) >= 0)
    this.#entries.set(toHex(entry.uid), { ...entry, uid: entry.uid.slice(), evidence })
    this.#shrink()
    this.#changed()
  }

  remove(uid: Uint8Array): void {
    if (!this.#saver.closed && this.#entries.delete(toHex(uid))) this.#changed()
  }

  all(): BlacklistEntry[] {
    return [...this.#entries.values()]
  }

  #shrink(): void {
    let bytes = 0
    for (const entry of this.#entries.values()) bytes += lengthOf(entry)
    const soonest = this.all().sort((a, b) => a.expiresAt - b.expiresAt)
    for (const entry of soonest) {
      if (this.#entries.size <= ENTRIES_MAX && bytes <= EVIDENCE_TOTAL_MAX) return
      this.#entries.delete(toHex(entry.uid))
      bytes -= lengthOf(entry)
    }
  }

  toState(): BlacklistState[] {
    this.#state ??= this.all().map((entry) => ({
      ...entry,
      uid: toBase64url(entry.uid),
      evidence: entry.evidence.map(toBase64url)
    }))
    return this.#state
  }

  #changed(): void {
    this.#state = undefined
    this.#saver.changed()
  }
}

const lengthOf = ({ evidence }: BlacklistEntry): number =>
  evidence.reduce((sum, frame) => sum + frame.length, 0)
