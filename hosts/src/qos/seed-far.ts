// A seeder of a provider's pool on another machine. It asks its provider every few seconds what to seed and how fast, and tells
// what it sent. While the provider cannot be heard it does what it was told last, until that is too old; then it gives nothing.

import { codeOf } from '@floodgate/protocol'
import { FloodgateError } from '@floodgate/protocol'
import type { SeederOrderJson, SeederReportJson } from '@floodgate/tracker'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { postSeeder } from '../provider/api-client.ts'
import { OwnSeeder } from '../provider/own-seeder.ts'
import { shelvedAt } from '../provider/shelf.ts'
import { pause } from '../stop.ts'
import { short } from '../units.ts'

export interface SeedFarOptions {
  /** The provider's URL, and a token with the scope `seed`. */
  provider: string
  token: string
  /** The provider's shelf, or a copy of it. */
  contents: string
  walletFile: string
  /** It seeds this and nothing else. */
  only?: string | undefined
  limit?: number | undefined
  port?: number | undefined
  out: Output
  signal: AbortSignal
}

/** Until the provider has answered once. */
const AGAIN_MS = 2000

/** Seeds until `signal` aborts. Rejects with `no-source` when nothing of a content is here, and `not-allowed`. */
export async function seedFar(options: SeedFarOptions): Promise<void> {
  const { provider, token, walletFile, only, limit, port, out, signal } = options
  const sent = new Map<string, number>()
  const seeder = await OwnSeeder.start({
    ...{ walletFile, settings: { url: provider }, out, signal, uploadLimit: 0, limit, port },
    onSent: (infoHash, bytes) => sent.set(infoHash, (sent.get(infoHash) ?? 0) + bytes)
  })
  out.tell('seeder', { uid: seeder.uid }, `seeder    account ${seeder.uid}`)
  const follower = new Follower(seeder, options)

  async function report(isLeaving?: true): Promise<SeederOrderJson> {
    const told = [...sent].map(([infoHash, bytes]) => ({ infoHash, bytes }))
    const body: SeederReportJson = { uid: seeder.uid, only, sent: told, isLeaving }
    const order = await postSeeder(provider, token, body)
    // What was sent meanwhile is for the next report; an answer that is lost has it counted twice, never too little.
    for (const { infoHash, bytes } of told) sent.set(infoHash, sent.get(infoHash)! - bytes)
    for (const [infoHash, bytes] of sent) if (bytes === 0) sent.delete(infoHash)
    return order
  }

  let againMs = AGAIN_MS
  try {
    while (!signal.aborted) {
      const asked = Date.now()
      try {
        const order = await report()
        againMs = order.againMs
        follower.follow(order, asked)
      } catch (error) {
        if (codeOf(error) === 'not-allowed') throw error
        out.warn(codeOf(error), failureOf(error).text)
      }
      await Promise.race([pause(againMs, signal), follower.failed])
      if (seeder.ended) throw new FloodgateError('internal', 'the client failed')
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    follower.stop()
    await seeder.close()
    await report(true).catch((error: unknown) => out.warn(codeOf(error), failureOf(error).text))
  }
}

/** Does what it is told, until that is too old. */
class Follower {
  readonly failed: Promise<never>
  readonly #seeder: OwnSeeder
  readonly #options: SeedFarOptions
  #infoHash: string | undefined
  #rate = 0
  #expiry: ReturnType<typeof setTimeout> | undefined
  #fail: (error: unknown) => void = () => undefined

  constructor(seeder: OwnSeeder, options: SeedFarOptions) {
    this.#seeder = seeder
    this.#options = options
    this.failed = new Promise((_, reject) => (this.#fail = reject))
    this.failed.catch(() => undefined) // the loop hears it
  }

  follow({ infoHash, rate, validMs }: SeederOrderJson, asked: number): void {
    if (infoHash !== this.#infoHash) this.#change(infoHash)
    clearTimeout(this.#expiry)
    this.#expiry = setTimeout(() => this.#setRate(0), Math.max(0, asked + validMs - Date.now()))
    this.#setRate(rate)
  }

  stop(): void {
    clearTimeout(this.#expiry)
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
    if (infoHash !== undefined) this.#seed(infoHash).catch(this.#fail)
  }

  async #seed(infoHash: string): Promise<void> {
    const { contents, out } = this.#options
    const { pieces, missing } = await this.#seeder.seed(shelvedAt(contents, infoHash))
    if (missing === pieces) throw new FloodgateError('no-source', infoHash)
    const said = missing === 0 ? '' : `, ${missing} of ${pieces} pieces are not here`
    out.tell('seeding', { infoHash, pieces, missing }, `seeding   ${short(infoHash)}${said}`)
  }
}
