// The provider of a simulation: mint, court and ledger of the product, asked without HTTP, and killed at any write. Its
// ledger outlives it; what stood in its memory does not.

import { ERRORS, FloodgateError, fromBase64url, fromUtf8, type Crypto } from '@floodgate/protocol'
import type { LedgerStore, ProviderKeys } from '@floodgate/tracker'
import { checkAsk } from '../../tracker-extension/src/api/checks.ts'
import { Readiness } from '../../tracker-extension/src/api/readiness.ts'
import { ROUTES } from '../../tracker-extension/src/api/routes.ts'
import type { Desk } from '../../tracker-extension/src/api/desk.ts'
import type { CourtOptions } from '../../tracker-extension/src/court/court.ts'
import { createMint } from '../../tracker-extension/src/floodgate-tracker.ts'
import { MemoryView } from '../../tracker-extension/src/ledger/memory.ts'
import { runRead } from '../../tracker-extension/src/ledger/reads.ts'
import { execute } from '../../tracker-extension/src/ledger/rules.ts'
import { storeOver } from '../../tracker-extension/src/ledger/store.ts'
import { judgeAnnounce } from '../../tracker-extension/src/mint/announce.ts'
import type { Mint } from '../../tracker-extension/src/mint/mint.ts'
import { refusalOf } from '../../tracker-extension/src/mint/refusals.ts'
import { settleExpired } from '../../tracker-extension/src/mint/settle.ts'
import { bencode } from '../tracker/mint/world.ts'
import { CURRENCY, PRICE, START, type Film } from './film.ts'
import { Party, type Life } from './party.ts'
import type { Timeline } from './timeline.ts'

const DAY_MS = 24 * 3600e3
export const PURSE_LIFE_MS = 30 * DAY_MS
const RESTART_MS = 4000
const SETTLE_MS = 8000
const BASE = '/floodgate/v1'

export interface OfficeSetting {
  timeline: Timeline
  crypto: Crypto
  keys: ProviderKeys
  film: Film
  court?: CourtOptions
  /** Told of every command that became durable. */
  written: (kind: string) => void
}

export interface Answer {
  status: number
  body: Uint8Array
}

const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

/** What a dead process promised. */
const never = <T>(): Promise<T> => new Promise(() => undefined)

export class Office extends Party {
  readonly view = new MemoryView({ currency: CURRENCY })
  /** For those who look from outside: what is asked here counts as no step. */
  readonly books: LedgerStore
  /** For tests that plant a bug: changes what the provider takes for its ledger. */
  amend = (store: LedgerStore): LedgerStore => store
  /** Errors that were the provider's own fault. */
  readonly faults: unknown[] = []
  readonly #setting: OfficeSetting
  #desk: Desk | undefined
  #awayMs = RESTART_MS

  constructor(setting: OfficeSetting) {
    super('provider')
    this.#setting = setting
    // As memoryLedger does, but without its copies: nobody here writes into what it was given.
    this.books = storeOver({
      execute: async (command) => execute(this.view, command),
      read: async (name, args) => runRead(this.view, name, args),
      backup: never,
      close: async () => undefined
    })
  }

  async open(): Promise<void> {
    const { film } = this.#setting
    const { infoHash, pieces, mode, name: title, torrent } = film
    const terms = { infoHash, pieces, priceMinor: PRICE, currency: CURRENCY, mode, title, torrent }
    await this.books.execute({ kind: 'publish', ...terms })
    this.boot()
  }

  now(): number {
    return START + Math.floor(this.#setting.timeline.now())
  }

  boot(): void {
    const { crypto, keys, film, court: options } = this.#setting
    const life: Life = { alive: true }
    this.life = life
    const { mint, court, log } = createMint({
      ...{ keys, crypto, currency: CURRENCY, purseLifeMs: PURSE_LIFE_MS },
      ledger: this.amend(this.#storeOf(life)),
      pieces: { piece: async (_, index) => film.bytes[index] },
      court: options,
      now: () => this.now()
    })
    const swarm = () => ({ complete: 0, incomplete: 0 })
    this.#settleEvery(life)
    this.#desk = {
      ...{ mint, court, log, name: 'Simulated', swarm, counters: () => ({}) },
      deposits: { stripe: undefined, sepa: undefined, onError: () => undefined },
      ...{ readiness: new Readiness({}), metrics: { text: async () => '' } }
    }
  }

  /** Every write may be the last thing this process does, or the first that it did not. */
  #storeOf(life: Life): LedgerStore {
    const { books } = this
    return {
      ...books,
      execute: (command) => {
        let done: ReturnType<typeof books.execute<typeof command>> = never()
        this.step(life, () => {
          done = books.execute(command)
          done.then(
            () => this.#setting.written(command.kind),
            () => undefined
          )
        })
        return life.alive ? done : never()
      }
    }
  }

  protected died(): void {
    this.#setting.timeline.after(this.#awayMs, () => this.boot())
    this.#awayMs = RESTART_MS
  }

  /** Dies, and is away for so long. */
  leave(forMs: number): void {
    this.#awayMs = forMs
    this.kill()
  }

  /** Answers a request by its path; undefined when nobody answers any more. */
  async answer(path: string, body: Uint8Array = new Uint8Array()): Promise<Answer | undefined> {
    const { life } = this
    if (!life.alive || this.#desk === undefined) return undefined
    const answer = path.startsWith('/announce')
      ? await this.#announce(this.#desk.mint, /fg=([\w-]+)/.exec(path)?.[1])
      : await this.#route(this.#desk, path.slice(BASE.length), body)
    return life.alive ? answer : undefined
  }

  async #route(desk: Desk, path: string, body: Uint8Array): Promise<Answer> {
    try {
      for (const route of ROUTES) {
        const [, tail] = path.startsWith(route.path.split(':')[0]!) ? path.split('/').slice(1) : []
        const isThis = route.path === path || (route.path === '/revocations/:since' && tail)
        if (!isThis || route.operator) continue
        const asked = checkAsk(route, { body, params: { since: tail } })
        const given = await route.run(desk, asked)
        return { status: 200, body: given instanceof Uint8Array ? given : text(given) }
      }
      throw new FloodgateError('not-found')
    } catch (error) {
      const { code } = this.#refusalOf(error)
      return { status: ERRORS[code].http, body: text({ error: code, time: this.now() }) }
    }
  }

  async #announce(mint: Mint, fg = ''): Promise<Answer> {
    const verdict = await judgeAnnounce(
      mint,
      {
        ...{ infoHash: this.#setting.film.infoHash, peerId: '00'.repeat(20), address: '10.0.0.1' },
        ...{ port: 6881, event: 'started', left: 1, numwant: 50, transport: 'http' },
        envelope: fromBase64url(fg) ?? undefined,
        isMember: false,
        counts: () => ({ complete: 0, incomplete: 0 }),
        members: () => ({ peers: new Uint8Array(), complete: 0, incomplete: 0 })
      },
      (error) => this.faults.push(error)
    )
    const { envelope } = verdict
    const reply = verdict.admit
      ? { fg: envelope }
      : {
          'failure reason': `${verdict.code}: ${verdict.reason}`,
          'fg code': verdict.code,
          ...(envelope && { 'fg time': fromUtf8(envelope) })
        }
    return { status: 200, body: bencode(reply) }
  }

  #refusalOf(error: unknown): FloodgateError {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') this.faults.push(error)
    return refusal
  }

  /** Closes the purses whose time is over. */
  #settleEvery(life: Life): void {
    this.#setting.timeline.after(SETTLE_MS, () => {
      if (!life.alive) return
      settleExpired(this.#desk!.mint.store, this.now()).catch((error: unknown) => {
        this.faults.push(error)
      })
      this.#settleEvery(life)
    })
  }
}
