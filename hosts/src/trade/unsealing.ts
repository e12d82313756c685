// The last part of buying a sealed content (F77): waits for its release, buys its keys, and writes what it holds while it streams.

import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  FloodgateError,
  codeOf,
  fromHex,
  type ErrorCode,
  type Offer,
  type SealedTerms
} from '@floodgate/protocol'
import { decodeKeys, openContent, type ContentKeys } from '@floodgate/push'
import { buyKeys } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { SEALED_ENDING } from '../provider/sealing.ts'
import { writePrivate } from '../provider/home.ts'
import { isTaken, taken } from '../new-file.ts'
import type { Output } from '../output.ts'
import { pause } from '../stop.ts'
import { ifThere, isThere } from '../there.ts'
import { money } from '../units.ts'
import { TAKEN_ADVICE, writePlain } from './plain-file.ts'
import { bytesOf } from './sealed-bytes.ts'
import type { Trading } from './trading.ts'

export interface UnsealingNeeds {
  out: Output
  signal: AbortSignal
  trading: Trading
  torrent: Torrent
  offer: Offer
  sealed: SealedTerms
  /** Directory of the files. */
  path: string
  /** Wait for the release; otherwise say when it is. */
  wait: boolean
  /** May the keys be bought for so much? Throws when not. */
  approve: (total: bigint) => Promise<void>
  /** There is not enough money for them: says how much is missing. */
  tellMissing: (total: bigint) => Promise<void>
}

/** All who wait ask at once: the longer the wait, the further apart, up to ten seconds. */
const SPREAD_MAX_MS = 10_000
const SPREAD_SHARE = 1 / 60
/** Longer timers end at once. */
const PAUSE_MAX_MS = 24 * 3600e3
const AGAIN_MS = 2000
/** What passes by itself. */
const PASSING: readonly ErrorCode[] = ['not-released', 'too-many-requests', 'unreachable']

/** Where the keys of a content are kept: by info hash, which no other content has; a name is anybody's choice. */
export const keyFileOf = (path: string, infoHash: string): string => join(path, `${infoHash}.keys`)

export class Unsealing {
  readonly #needs: UnsealingNeeds

  constructor(needs: UnsealingNeeds) {
    this.#needs = needs
    const { out, offer, sealed } = needs
    const { release, keyPrice } = sealed
    const when = this.#isReleased ? 'released' : `sealed until ${new Date(release).toISOString()}`
    const fields = { release, keyPrice, currency: offer.currency, released: this.#isReleased }
    out.tell('sealed', fields, `${when}; its keys cost ${money(keyPrice, offer.currency)}`)
  }

  get #isReleased(): boolean {
    return this.#needs.trading.wallet.now() >= this.#needs.sealed.release
  }

  /** Name of the content as it was before it was sealed, or another than that of the sealed one. */
  get #plainName(): string {
    // A stranger's torrent may be called like a way out of our directory.
    const name = basename(this.#needs.torrent.name)
    return name.endsWith(SEALED_ENDING) ? name.slice(0, -SEALED_ENDING.length) : `${name}.open`
  }

  get #file(): string {
    return join(this.#needs.path, this.#plainName)
  }

  get #keyFile(): string {
    return keyFileOf(this.#needs.path, this.#needs.torrent.infoHash)
  }

  /**
   * Resolves with the name of the plaintext when it is written. `here`: all sealed bytes are; before the release they come
   * first. Throws `bad-option` when another file has its name, `not-released` (unless it may wait), what the provider refuses
   * keys with, and `wrong-key` or `altered-content` for keys that do not open it.
   */
  async run(here: Promise<void>): Promise<string> {
    const { sealed, wait } = this.#needs
    // Before keys are paid for. With the keys here it may be of an earlier run: that shows when it is opened.
    if ((await isTaken(this.#file)) && !(await isThere(this.#keyFile))) {
      throw taken(this.#file, TAKEN_ADVICE)
    }
    if (!this.#isReleased) {
      await here
      if (!wait) {
        const when = new Date(sealed.release).toISOString()
        throw new FloodgateError('not-released', `${when}: run it again then, or say --wait`)
      }
      await this.#untilReleased()
    }
    await this.#untilBegun()
    await this.#write(await this.#keys())
    return this.#plainName
  }

  /** Until something came: keys of what nobody has would be of no use. */
  async #untilBegun(): Promise<void> {
    const { torrent } = this.#needs
    if (torrent.progress > 0) return
    await new Promise<void>((resolve) => torrent.once('verified', () => resolve()))
  }

  async #untilReleased(): Promise<void> {
    const { trading, sealed, signal } = this.#needs
    const left = (): number => sealed.release - trading.wallet.now()
    const spread = Math.random() * Math.min(SPREAD_MAX_MS, left() * SPREAD_SHARE)
    while (left() + spread > 0) await pause(Math.min(left() + spread, PAUSE_MAX_MS), signal)
  }

  /** From the file beside the content, where an earlier run put them, or bought. */
  async #keys(): Promise<ContentKeys> {
    const { torrent, offer, sealed, approve, out } = this.#needs
    const file = this.#keyFile
    const kept = await ifThere(readFile(file))
    if (kept !== undefined) return decodeKeys(new Uint8Array(kept))
    if (sealed.keyPrice > 0n) await approve(sealed.keyPrice)
    const { currency } = offer
    const bytes = await this.#buy({
      ...{ infoHash: fromHex(torrent.infoHash), price: sealed.keyPrice, currency }
    })
    const keys = decodeKeys(bytes)
    await writePrivate(file, bytes)
    const text = `keys      for ${money(sealed.keyPrice, currency)}`
    out.tell('keys', { file, price: sealed.keyPrice, currency }, text)
    return keys
  }

  async #buy(order: Parameters<typeof buyKeys>[1]): Promise<Uint8Array> {
    const { trading, wait, signal, tellMissing } = this.#needs
    for (;;) {
      try {
        return await buyKeys(trading.wallet, order)
      } catch (error) {
        if (codeOf(error) === 'insufficient-funds') await tellMissing(order.price)
        else if (!wait || !PASSING.includes(codeOf(error))) throw error
        await pause(AGAIN_MS, signal)
      }
    }
  }

  async #write(keys: ContentKeys): Promise<void> {
    const { trading, torrent, path, out, signal } = this.#needs
    const begun = performance.now()
    const content = await openContent(trading.wallet.crypto, keys, bytesOf(torrent))
    const beside = join(path, `${torrent.infoHash}.unsealing`)
    const onFirst = (): void =>
      out.tell('playable', { file: beside, ms: Math.round(performance.now() - begun) })
    await writePlain({ content, file: this.#file, beside, signal, onFirst })
    out.tell('unsealed', { file: this.#file, length: content.length })
  }
}
