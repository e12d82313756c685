// What a seeder elsewhere makes of an order: it seeds that content at that rate, until the order is too old.

import { FloodgateError } from '@floodgate/protocol'
import type { SeederOrderJson } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import type { OwnSeeder } from '../provider/own-seeder.ts'
import { shelvedAt } from '../provider/shelf.ts'
import { count, short } from '../units.ts'

type Order = Pick<SeederOrderJson, 'infoHash' | 'rate' | 'validMs'>

interface FollowerOptions {
  seeder: Pick<OwnSeeder, 'seed' | 'has' | 'forget' | 'setRate'>
  /** The provider's shelf. */
  contents: string
  out: Output
}

export class Follower {
  /** Rejects when a content cannot be seeded. */
  readonly failed: Promise<never>
  readonly #seeder: FollowerOptions['seeder']
  readonly #options: FollowerOptions
  #infoHash: string | undefined
  /** One content after the other: each is checked, and forgotten when it is not wanted any more, before the next. */
  #seeding: Promise<void> = Promise.resolve()
  #rate = 0
  #expiry: ReturnType<typeof setTimeout> | undefined
  #fail: (error: unknown) => void = () => undefined

  constructor(options: FollowerOptions) {
    this.#seeder = options.seeder
    this.#options = options
    this.failed = new Promise((_, reject) => (this.#fail = reject))
    this.failed.catch(() => undefined) // the loop hears it
  }

  /** @param asked when it asked for the order, Unix milliseconds */
  follow({ infoHash, rate, validMs }: Order, asked: number): void {
    if (infoHash !== this.#infoHash) this.#change(infoHash)
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => this.#setRate(0), Math.max(0, asked + validMs - Date.now()))
    this.#setRate(rate)
  }

  /** Follows nothing any more. */
  stop(): void {
    clearTimeout(this.#expiry)
    this.#infoHash = undefined
  }

  #setRate(rate: number): void {
    if (rate === this.#rate) return
    this.#rate = rate
    this.#seeder.setRate(rate)
    this.#options.out.tell('rate', { infoHash: this.#infoHash, rate })
  }

  /** Large contents take long to be checked: meanwhile we go on reporting. */
  #change(infoHash: string | undefined): void {
    if (this.#infoHash !== undefined) this.#seeder.forget(this.#infoHash)
    this.#infoHash = infoHash
    if (infoHash === undefined) return
    this.#seeding = this.#seeding.then(() => this.#seed(infoHash)).catch(this.#fail)
  }

  async #seed(infoHash: string): Promise<void> {
    const { contents, out } = this.#options
    if (infoHash !== this.#infoHash || this.#seeder.has(infoHash)) return
    const { pieces, missing } = await this.#seeder.seed(shelvedAt(contents, infoHash))
    // What is still checked cannot be forgotten: it would go on within the rate of another.
    if (infoHash !== this.#infoHash) return this.#seeder.forget(infoHash)
    if (missing === pieces) throw new FloodgateError('no-source', infoHash)
    const said = missing === 0 ? '' : `, ${count(missing, 'piece')} of ${pieces} missing`
    out.tell('seeding', { infoHash, pieces, missing }, `seeding   ${short(infoHash)}${said}`)
  }
}
