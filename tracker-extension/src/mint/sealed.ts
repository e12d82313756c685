// Contents that are sealed until their release: what the provider needs to sell their keys and to push them, the secrets
// aside, which are the host's.

import { FloodgateError, type SealedTerms } from '@floodgate/protocol'
import type { Offers } from './offers.ts'

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
  readonly #offers: Offers
  /** Until when, Unix milliseconds, by uid in hex; the one heard longest ago first. */
  readonly #willing = new Map<string, number>()

  constructor(offers: Offers, options: Partial<PushOptions>) {
    this.#offers = offers
    this.keys = options.keys ?? (() => Promise.resolve(undefined))
    this.groups = options.groups ?? GROUPS
    this.standingMinor = options.standingMinor ?? 1n
  }

  /** Undefined when the content is not sealed. Throws `unknown-content`. */
  async find(infoHash: string): Promise<SealedContent | undefined> {
    const terms = await this.#offers.of(infoHash)
    if (terms === undefined) throw new FloodgateError('unknown-content')
    const { sealed, length } = terms
    return sealed && { ...sealed, length }
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
