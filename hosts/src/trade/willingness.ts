// What a willing peer does (F77): says again and again what disk and uplink it has, and takes what it is offered as long as there
// is room. What it took lies in its directory as a torrent file too, so that the next run goes on with it.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FloodgateError, codeOf, toHex, type Offer } from '@floodgate/protocol'
import { offerDisk, type PushOffer } from '@floodgate/wallet'
import { expectWritable } from '../directory.ts'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { pause } from '../stop.ts'
import { money, size } from '../units.ts'
import { findTarget } from './target.ts'
import type { Trading } from './trading.ts'

export interface Room {
  /** Directory. */
  path: string
  /** Bytes for all contents together. */
  disk: number
  /** Bytes per second. */
  uplink: number
}

/** So often we say that we are willing; the provider counts on nobody who is silent for an hour. */
const SAY_EVERY_MS = 5 * 60e3
const AGAIN_MS = 15_000
const TORRENT = /^([0-9a-f]{40})\.torrent$/

export class Willingness {
  readonly #trading: Trading
  readonly #out: Output
  readonly #room: Room
  /** Bytes of each content that was taken, by its info hash. */
  readonly #taken = new Map<string, number>()
  /** Told of each content's offer. */
  onOffer: (offer: Offer) => void = () => undefined

  constructor(trading: Trading, out: Output, room: Room) {
    this.#trading = trading
    this.#out = out
    this.#room = { ...room, path: resolve(room.path) }
  }

  /** Goes on until `signal`. Throws `not-pushed` when the provider does not want us, and what the file system says. */
  async keep(signal: AbortSignal): Promise<never> {
    await expectWritable(this.#room.path)
    await this.#goOn()
    for (;;) {
      await pause(await this.#round(), signal)
    }
  }

  /** Answers when the next round is due, milliseconds. */
  async #round(): Promise<number> {
    const { disk, uplink } = this.#room
    try {
      const offers = await offerDisk(this.#trading.wallet, { disk, uplink })
      const fields = { disk, uplink, offers: offers.length, taken: this.#taken.size }
      this.#out.tell('willing', fields)
      for (const offer of offers) await this.#consider(offer)
      return SAY_EVERY_MS
    } catch (error) {
      if (codeOf(error) === 'not-pushed') throw error
      const { code, text } = failureOf(error)
      this.#out.warn(code, `${text} Trying again.`)
      return AGAIN_MS
    }
  }

  get #used(): number {
    return [...this.#taken.values()].reduce((sum, length) => sum + length, 0)
  }

  async #consider({ infoHash, length, release, paid }: PushOffer): Promise<void> {
    const id = toHex(infoHash)
    if (this.#taken.has(id) || this.#used + length > this.#room.disk) return
    const torrent = await findTarget(id, this.#trading.wallet.api)
    if (typeof torrent === 'string') throw new FloodgateError('not-a-paid-torrent', id)
    const { offer, name } = await this.#take(id, torrent)
    await writeFile(join(this.#room.path, `${id}.torrent`), torrent)
    const fields = { infoHash: id, name, length, release, paid, currency: offer.currency }
    const until = new Date(release).toISOString()
    const text = `taking    ${name}, ${size(length)}, worth ${money(paid, offer.currency)}, sealed until ${until}`
    this.#out.tell('pushed', fields, text)
  }

  /** Throws `not-a-paid-torrent` for another torrent than was offered: who gave it is not who signed the offer. */
  async #take(id: string, target: Uint8Array): Promise<{ offer: Offer; name: string }> {
    const { torrent, offer } = await this.#trading.add(target, { path: this.#room.path })
    if (torrent.infoHash !== id) {
      torrent.destroy()
      throw new FloodgateError('not-a-paid-torrent', `${torrent.infoHash}, not ${id}`)
    }
    this.#taken.set(id, torrent.length)
    this.onOffer(offer)
    const tell = (): void => this.#out.tell('here', { infoHash: id, name: torrent.name })
    if (torrent.done) tell()
    else torrent.once('done', tell)
    return { offer, name: torrent.name }
  }

  /** What an earlier run took. */
  async #goOn(): Promise<void> {
    for (const name of await readdir(this.#room.path)) {
      const id = TORRENT.exec(name)?.[1]
      if (id === undefined) continue
      await this.#take(id, new Uint8Array(await readFile(join(this.#room.path, name))))
    }
  }
}
