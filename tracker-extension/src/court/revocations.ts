// Whose certificate is void, as the ledger's log has it: who is revoked now, the signed messages that tell everybody, and
// the two ways to grow the log. Other processes of this provider may write it too: it is read on once a second.

import {
  FloodgateError,
  NO_HEAD,
  REVOCATIONS_LIST_MAX,
  codeOf,
  fromHex,
  nextHead,
  toHex,
  type Revocation
} from '@floodgate/protocol'
import type { RevocationEntry } from '../ledger/index.ts'
import type { CourtMint } from './court.ts'

/** So soon a peer should ask again. */
const UPDATE_MS = 3600e3
/** A list is good for longer than the time to the next, so that a provider may be away for a while. */
const LIFE_MS = 7 * 24 * UPDATE_MS
const PAGE = 1000
/** So long a revocation by another process may be unknown here. */
const FRESH_MS = 1000
/** Processes that write at once let each other through one by one. */
const TRIES_MAX = 20
/** A revocation and a strike are over after so long. */
export const BAN_MS = 90 * 24 * 3600e3
/** Peers mostly have one of the last versions: each signed message serves many. */
const MESSAGES_MAX = 64

/** What was proved, and when it was brought before the court. */
interface Proof {
  reason: string
  /** Id of the complaint, 32 bytes. */
  evidence: Uint8Array
  /** Unix milliseconds. */
  at: number
}

interface Signed {
  version: number
  until: number
  bytes: Uint8Array
}

const wordOf = ({ uid, reason, evidence, until }: RevocationEntry): Revocation => ({
  uid: fromHex(uid),
  ...{ reason, evidence, until }
})

export class Revocations {
  readonly #mint: CourtMint
  /** The entry in force of each uid. */
  readonly #entries = new Map<string, RevocationEntry>()
  /** When each uid was lifted last. */
  readonly #lifts = new Map<string, number>()
  readonly #messages = new Map<number, Signed>()
  #version = 0
  #head: Uint8Array = NO_HEAD
  #loading: Promise<void> | undefined
  #loadedAt = -Infinity
  #writing: Promise<unknown> = Promise.resolve()

  constructor(mint: CourtMint) {
    this.#mint = mint
  }

  /** The entry that voids this account's certificate now. */
  async of(uid: string): Promise<RevocationEntry | undefined> {
    await this.#load()
    const entry = this.#entries.get(uid)
    return entry !== undefined && this.#mint.now() < entry.until ? entry : undefined
  }

  /** All that are in force. */
  async all(): Promise<RevocationEntry[]> {
    await this.#load()
    return [...this.#entries.values()].filter(({ until }) => this.#mint.now() < until)
  }

  async version(): Promise<number> {
    await this.#load()
    return this.#version
  }

  /**
   * Voids a certificate for what was proved at the time `at`. Nothing is added for an account that is revoked for about as
   * long already (or offences made to order would fill the log), nor for what lies before the last lift.
   */
  revoke(uid: string, { reason, evidence, at }: Proof): Promise<void> {
    return this.#append(async () => {
      const until = at + BAN_MS
      const before = this.#entries.get(uid)
      const isLifted = at <= (this.#lifts.get(uid) ?? 0)
      // What is proved stands beside a ban by strikes, which an answer may lift.
      const stands = before !== undefined && (before.reason !== 'unpaid' || reason === 'unpaid')
      const isRevoked = stands && until - before.until < BAN_MS / 2
      const isOver = until <= this.#mint.now()
      if (isLifted || isRevoked || isOver) return
      await this.#add(uid, { reason, evidence, until }, false)
    })
  }

  /** Ends it. `pardon` forgives the strikes as well. False when nothing was in force. */
  async lift(uid: string, reason: string, pardon: boolean): Promise<boolean> {
    let lifted = false
    await this.#append(async () => {
      const entry = await this.of(uid)
      if (entry === undefined) return
      await this.#add(uid, { reason, evidence: entry.evidence, until: 0 }, pardon)
      lifted = true
    })
    return lifted
  }

  /** The signed `revocations` message behind version `since`, at most 16 entries. Throws `bad-request` ahead of the log. */
  async message(since: number): Promise<Uint8Array> {
    await this.#load()
    if (!Number.isSafeInteger(since) || since < 0 || since > this.#version) {
      throw new FloodgateError('bad-request', `the log has version ${this.#version}`)
    }
    const now = this.#mint.now()
    const kept = this.#messages.get(since)
    if (kept !== undefined && kept.version === this.#version && now < kept.until) return kept.bytes
    const version = this.#version
    const bytes = await this.#sign(since, now)
    this.#messages.delete(since)
    if (this.#messages.size === MESSAGES_MAX) {
      this.#messages.delete(this.#messages.keys().next().value!)
    }
    this.#messages.set(since, { version, until: now + UPDATE_MS / 2, bytes })
    return bytes
  }

  async #sign(since: number, time: number): Promise<Uint8Array> {
    // The entry before tells the head of a list that adds nothing.
    const rows = await this.#mint.store.revocations(
      Math.max(0, since - 1),
      REVOCATIONS_LIST_MAX + 1
    )
    const added = rows.filter(({ version }) => version > since).slice(0, REVOCATIONS_LIST_MAX)
    const head = (added.at(-1) ?? rows[0])?.head ?? NO_HEAD
    const body = { since, head, entries: added.map(wordOf), nextUpdate: time + UPDATE_MS }
    return this.#mint.issuer.sign('revocations', body, { time, expiry: time + LIFE_MS })
  }

  /** One after the other, as each hashes the one before. */
  #append(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(() => this.#onNewest(work))
    this.#writing = done.catch(() => undefined) // whoever asked for it hears of it
    return done
  }

  /** Whoever wrote first has the version; the others look what it was, and try the next. */
  async #onNewest(work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.#read()
      try {
        return await work()
      } catch (error) {
        if (codeOf(error) !== 'conflict' || tries === TRIES_MAX) throw error
      }
    }
  }

  async #add(uid: string, word: Omit<Revocation, 'uid'>, pardon: boolean): Promise<void> {
    const { store, crypto, now } = this.#mint
    const head = nextHead(crypto, this.#head, { uid: fromHex(uid), ...word })
    const entry = { version: this.#version + 1, uid, ...word, head }
    const at = now()
    await store.execute({ kind: 'revoke', ...entry, pardon, now: at })
    this.#take({ ...entry, at })
  }

  #load(): Promise<void> {
    const now = this.#mint.now()
    if (Math.abs(now - this.#loadedAt) >= FRESH_MS) this.#loading = undefined
    if (this.#loading === undefined) this.#loadedAt = now
    this.#loading ??= this.#read().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  async #read(): Promise<void> {
    for (;;) {
      const entries = await this.#mint.store.revocations(this.#version, PAGE)
      for (const entry of entries) {
        // Another reading, or a write of ours, was quicker.
        if (entry.version <= this.#version) continue
        const head = nextHead(this.#mint.crypto, this.#head, wordOf(entry))
        if (toHex(head) !== toHex(entry.head)) {
          throw new FloodgateError('internal', `revocation ${entry.version} does not fit the log`)
        }
        this.#take(entry)
      }
      if (entries.length < PAGE) return
    }
  }

  #take(entry: RevocationEntry): void {
    this.#version = entry.version
    this.#head = entry.head
    if (entry.until === 0) this.#lifts.set(entry.uid, entry.at)
    if (this.#mint.now() < entry.until) this.#entries.set(entry.uid, entry)
    else this.#entries.delete(entry.uid)
  }
}
