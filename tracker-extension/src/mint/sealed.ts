// Contents that are sealed until their release: what the provider needs to sell their keys and to push them, the secrets
// aside, which are the host's.

import { FloodgateError, decodeOffer, type Crypto, type SealedTerms } from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { readTorrent } from './torrent.ts'

export interface PushOptions {
  /**
   * The keys of a content for a group of buyers, as docs/push.md has them, at most 4 KiB; undefined when its secret is not here.
   */
  keys(infoHash: string, group: number): Promise<Uint8Array | undefined>
  /** Buyers fall into so many groups, and keys that leak name theirs. Default 1024. */
  groups?: number
  /** To whom contents are pushed: who has deposited so much, in minor units. Default 1. */
  standingMinor?: bigint
}

/** What a torrent file says for ever, and its info hash fixes. */
export interface SealedContent extends SealedTerms {
  /** Bytes. */
  length: number
}

const GROUPS = 1024
const WILLING_MAX = 100_000

export class SealedContents {
  readonly keys: PushOptions['keys']
  readonly groups: number
  readonly standingMinor: bigint
  readonly #store: LedgerStore
  readonly #crypto: Crypto
  /** By info hash; undefined for those that are not sealed. */
  readonly #known = new Map<string, SealedContent | undefined>()
  /** Until when, Unix milliseconds, by uid in hex; the one heard longest ago first. */
  readonly #willing = new Map<string, number>()

  constructor(store: LedgerStore, crypto: Crypto, options: Partial<PushOptions>) {
    this.#store = store
    this.#crypto = crypto
    this.keys = options.keys ?? (() => Promise.resolve(undefined))
    this.groups = options.groups ?? GROUPS
    this.standingMinor = options.standingMinor ?? 1n
  }

  /** Undefined when the content is not sealed. Throws `unknown-content`. */
  async find(infoHash: string): Promise<SealedContent | undefined> {
    if (this.#known.has(infoHash)) return this.#known.get(infoHash)
    const content = await this.#store.content(infoHash)
    if (content === undefined) throw new FloodgateError('unknown-content')
    const found = sealedIn(this.#crypto, content.torrent)
    this.#known.set(infoHash, found)
    return found
  }

  /** Throws `unknown-content`, also for a content that is not sealed. */
  async expect(infoHash: string): Promise<SealedContent> {
    const found = await this.find(infoHash)
    if (found === undefined) throw new FloodgateError('unknown-content', 'not sealed')
    return found
  }

  /** An account is willing until then. */
  note(uid: string, until: number): void {
    this.#willing.delete(uid)
    if (this.#willing.size === WILLING_MAX) {
      this.#willing.delete(this.#willing.keys().next().value!)
    }
    this.#willing.set(uid, until)
  }

  isWilling(uid: string, now: number): boolean {
    return (this.#willing.get(uid) ?? 0) > now
  }
}

/** Undefined also for a file that came into the ledger without us and cannot be read: it must not hide the others. */
function sealedIn(crypto: Crypto, torrent: Uint8Array): SealedContent | undefined {
  try {
    const { info, length } = readTorrent(torrent)
    const { sealed } = decodeOffer(crypto, info)
    return sealed && { ...sealed, length }
  } catch (error) {
    if (error instanceof FloodgateError) return undefined
    throw error
  }
}
