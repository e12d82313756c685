// Keeps what is for sale true to the shelf: looks at it again and again, publishes what is new, seeds it, and stops
// seeding what was taken away. It is level-triggered: what failed once is tried again at the next look.

import { codeOf } from '@floodgate/protocol'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { count, money, short } from '../units.ts'
import { changedLine, withdrawnLine } from './booking-lines.ts'
import type { Home } from './home.ts'
import type { OwnSeeder } from './own-seeder.ts'
import { loadSecret } from './sealed.ts'
import type { Service } from './service.ts'
import { changesOf, look, noteMissing, sinceOf, torrentOf, type Shelved } from './shelf.ts'

const LOOK_EVERY_MS = 500
/** Longer than any file system's clock stands still. */
const NEW_MS = 3000
const STATUS_EVERY_MS = 60_000

export class Shop {
  readonly #home: Home
  readonly #service: Service
  readonly #out: Output
  /** By info hash: since when it lies there, as it was published. */
  readonly #published = new Map<string, number>()
  /** Those that our seeder lacks pieces of, and since when they lay there when it was checked. */
  readonly #lacking = new Map<string, number>()
  /** As the ledger has them. */
  readonly #pushBudgets = new Map<string, bigint>()
  /** What was said about a content that cannot be sold or seeded, so that it is said once. */
  readonly #complaints = new Map<string, string>()
  #seeder: OwnSeeder | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> = Promise.resolve()
  #closed = false
  #changes = ''
  #status = ''
  #statusAt = Date.now()

  constructor(home: Home, service: Service, out: Output) {
    this.#home = home
    this.#service = service
    this.#out = out
  }

  /** Opens: resolves after the first look, and looks again until `close`. */
  async keep(seeder: OwnSeeder | undefined, signal: AbortSignal): Promise<void> {
    this.#seeder = seeder
    if (!signal.aborted) await this.#round()
  }

  #round(): Promise<void> {
    this.#running = this.#look().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => void this.#round(), LOOK_EVERY_MS)
    })
    return this.#running
  }

  async #look(): Promise<void> {
    try {
      const isNew = await this.#hasChanged()
      const shelved = await look(this.#home.contents)
      for (const content of shelved) {
        if (this.#closed) return
        await this.#offer(content, isNew)
      }
      this.#drop(new Set(shelved.map(({ infoHash }) => infoHash)))
    } catch (error) {
      this.#complain('contents', error)
    }
    this.#tellStatus()
  }

  /** Nothing is read again while nothing came or was replaced. Of what is so new the next change may have the same time. */
  async #hasChanged(): Promise<boolean> {
    const changes = await changesOf(this.#home.contents, this.#home.sealed)
    const isNew = changes.join() !== this.#changes || Date.now() - Math.max(...changes) < NEW_MS
    this.#changes = changes.join()
    return isNew
  }

  async #offer(content: Shelved, isNew: boolean): Promise<void> {
    const { infoHash } = content
    try {
      if (isNew || !this.#published.has(infoHash) || this.#complaints.has(infoHash)) {
        const since = await sinceOf(this.#home.contents, infoHash)
        if (this.#published.get(infoHash) !== since) await this.#publish(content, since)
        if (this.#lacking.has(infoHash) && this.#lacking.get(infoHash) !== since) {
          this.#seeder?.forget(infoHash) // put there again, perhaps as it should be
        }
        await this.#budgetPush(infoHash)
      }
      if (this.#seeder?.has(infoHash) === false) await this.#seed(this.#seeder, content)
      this.#complaints.delete(infoHash)
    } catch (error) {
      this.#complain(infoHash, error)
    }
  }

  /** What was withdrawn since it was put there is sold no more; it is still seeded, for purses that were sold. */
  async #publish(content: Shelved, since: number): Promise<void> {
    const said = await this.#service.tracker.publish(await torrentOf(content), since)
    const { name, infoHash, pieces, price, currency, isForSale } = said
    this.#published.set(infoHash, since)
    if (!isForSale) {
      const line = withdrawnLine(name, infoHash)
      return this.#out.tell('withdrawn', { infoHash, name }, line)
    }
    const text = `for sale  ${name}  ${infoHash}  ${count(pieces, 'piece')} at ${money(BigInt(price), currency)}`
    this.#out.tell('published', said, text)
  }

  /** What a push of it may cost, as it was published with or raised since. */
  async #budgetPush(infoHash: string): Promise<void> {
    const { pushBudget = 0n } = (await loadSecret(this.#home, infoHash)) ?? {}
    if (pushBudget === (this.#pushBudgets.get(infoHash) ?? 0n)) return
    const now = Date.now()
    const command = { kind: 'budgetPush', infoHash, amountMinor: pushBudget, now } as const
    const { addedMinor } = await this.#service.store.execute(command)
    this.#pushBudgets.set(infoHash, pushBudget)
    if (addedMinor === 0n) return
    const { currency } = this.#service.settings
    const text = `push      ${short(infoHash)}  up to ${money(pushBudget, currency)} to willing peers`
    this.#out.tell('push-budget', { infoHash, amount: pushBudget, currency }, text)
  }

  async #seed(seeder: OwnSeeder, content: Shelved): Promise<void> {
    const { infoHash } = content
    const { pieces, missing } = await seeder.seed(content)
    const text = `seeding   ${short(infoHash)}  ${count(pieces - missing, 'piece')}`
    this.#out.tell('seeding', { infoHash, pieces, missing }, text)
    await noteMissing(content, missing)
    if (missing === 0) this.#lacking.delete(infoHash)
    else this.#lacking.set(infoHash, this.#published.get(infoHash) ?? 0)
    if (missing > 0) this.#out.warn('data-changed', changedLine(infoHash, missing, pieces))
  }

  /** What left the shelf is seeded no more. It stays in the ledger: purses for it are out. */
  #drop(shelved: Set<string>): void {
    for (const infoHash of this.#seeder?.seeding ?? []) {
      if (shelved.has(infoHash)) continue
      this.#seeder?.forget(infoHash)
      this.#out.tell('unshelved', { infoHash }, `removed   ${short(infoHash)} is seeded no more`)
    }
    for (const infoHash of this.#published.keys())
      if (!shelved.has(infoHash)) this.#published.delete(infoHash)
  }

  #complain(about: string, error: unknown): void {
    const { text } = failureOf(error)
    if (this.#complaints.get(about) === text) return
    this.#complaints.set(about, text)
    this.#out.warn(codeOf(error), `${short(about)} is not for sale: ${text}`)
  }

  /** Once a minute, if anything changed. */
  #tellStatus(): void {
    if (Date.now() - this.#statusAt < STATUS_EVERY_MS) return
    const { mint, tracker } = this.#service.tracker.counters
    const { announces, purchases, claims, tokens } = mint
    const status = `${count(announces, 'announce')}, ${count(purchases, 'purchase')}, ${count(claims, 'claim')}, ${count(tokens, 'token')} paid`
    this.#statusAt = Date.now()
    if (status === this.#status) return
    this.#status = status
    this.#out.tell('status', { mint, messages: tracker }, `status    ${status}`)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
    clearTimeout(this.#timer)
  }
}
