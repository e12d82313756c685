// The web origin (F75, D1–D4): the provider's own copy by HTTP, as a web seed of BEP 19. It serves ranges of the files of
// what is published, to whom the policy admits, at the rates that it is told, and sends everybody else to the peers.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { FloodgateError, countBits } from '@floodgate/protocol'
import type { Court } from '../court/court.ts'
import type { Sale } from '../ledger/index.ts'
import { countRefusal } from '../mint/counters.ts'
import type { Mint } from '../mint/mint.ts'
import { refusalOf } from '../mint/refusals.ts'
import { accountOpener } from './account.ts'
import {
  busy,
  refuse,
  sayFile,
  sayJson,
  sayMethods,
  sayNoSuchRange,
  sayUnchanged,
  tagOf
} from './answers.ts'
import { sellPieces, type OriginPass, type OriginTill } from './sell.ts'
import type { OriginContent, OriginFile } from './files.ts'
import { Pace } from './pace.ts'
import { ORIGIN_UID, standingOf } from './paid.ts'
import { readPass } from './pass.ts'
import { ResponsePlaces, type PlacesMax } from './places.ts'
import { rangeOf, type ByteRange } from './range.ts'
import { PurseShares } from './shares.ts'
import { OriginShelf } from './shelf.ts'
import { streamFile } from './stream.ts'
import { Tap, type Supply, type TapStatus } from './tap.ts'
import { targetOf } from './target.ts'

export interface OriginOptions {
  /** The directory in which a content lies under the torrent's name; it need not be there. */
  directory: (infoHash: string) => string
  /** Who may fetch: `free`, anybody what is open, and who paid what is closed; `charged`, only who paid. */
  policy: 'free' | 'charged'
  /** Bytes per second of all contents together. Default: no limit. */
  rateBytes?: number
  /** Responses at a time. Default 256, and 16 for one host. */
  places?: Partial<PlacesMax>
  /**
   * A reader that takes nothing for so long is let go, and one for whom we waited so long in all, unless it takes 20 kB/s.
   * Default 30 s.
   */
  stallMs?: number
}

const PLACES: PlacesMax = { all: 256, perHost: 16 }
const STALL_MS = 30_000

/** A file of a content, and who asks for it. */
interface Asked {
  content: OriginContent
  file: OriginFile
  isFree: boolean
  /** So many pieces from the first on cost nothing, whatever the policy. */
  free: number
  /** What its URL brings. */
  pass: string | undefined
  host: string
}

export class Origin {
  readonly #mint: Mint
  readonly #till: OriginTill
  readonly #options: OriginOptions
  readonly #onError: (error: unknown) => void
  readonly #shelf: OriginShelf
  readonly #taps = new Map<string, Tap>()
  readonly #all: Pace
  readonly #places: ResponsePlaces
  readonly #shares = new PurseShares()
  #closed = false

  /** `onError` is told of our own faults. Throws `bad-option`. */
  constructor(
    { mint, court }: { mint: Mint; court: Court },
    options: OriginOptions,
    onError: (error: unknown) => void
  ) {
    const { directory, policy, rateBytes = Infinity, places } = options
    const expect = (holds: boolean, name: keyof OriginOptions): void => {
      if (!holds) throw new FloodgateError('bad-option', `origin.${name}`)
    }
    expect(typeof directory === 'function', 'directory')
    expect(policy === 'free' || policy === 'charged', 'policy')
    expect(rateBytes > 0, 'rateBytes')
    this.#mint = mint
    this.#till = { mint, court, openAccount: accountOpener(mint) }
    this.#options = options
    this.#onError = onError
    this.#shelf = new OriginShelf(mint.store, directory)
    this.#all = new Pace(rateBytes)
    this.#places = new ResponsePlaces({ ...PLACES, ...places })
  }

  /** Says how a content is to be served from now on. Throws `bad-option`. */
  set(infoHash: string, supply: Supply): void {
    this.#tapOf(infoHash).set(supply)
  }

  /** Every content that was served or steered, by info hash: what it costs us; the rest is what peers carry. */
  status(): Record<string, TapStatus> {
    return Object.fromEntries([...this.#taps].map(([infoHash, { status }]) => [infoHash, status]))
  }

  /** Sells the pieces of an `originRequest`, whatever the state: what was paid is delivered. Throws as {@link sellPieces}. */
  sellPieces(request: Uint8Array): Promise<OriginPass> {
    return sellPieces(this.#till, request)
  }

  /** Answers a request below `ORIGIN_PREFIX`. Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    try {
      await this.#answer(request, response, host)
    } catch (error) {
      const refusal = refusalOf(error)
      const { code } = refusal
      if (code === 'internal' || code === 'no-source') this.#onError(error)
      countRefusal(this.#mint.counters, code)
      if (response.headersSent) response.destroy()
      else refuse(response, refusal)
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
    if (this.#closed) throw busy('the provider stops')
    if (request.method !== 'GET' && request.method !== 'HEAD') return sayMethods(response)
    const { catalog, doorkeeper } = this.#mint
    doorkeeper.expect('requests', host)
    const { infoHash, pass, path } = targetOf(request.url!)
    const terms = await catalog.terms(infoHash)
    if (terms === undefined) throw new FloodgateError('unknown-content')
    const isGiven = terms.mode === 'open' && !terms.isWithdrawn
    const isFree = this.#options.policy === 'free' && isGiven
    if (path === undefined) {
      const { state } = this.#tapOf(infoHash)
      return sayJson(response, 200, { infoHash, access: isFree ? 'free' : 'charged', state })
    }
    const content = await this.#shelf.content(infoHash)
    const file = content.files.get(path)
    if (file === undefined) throw new FloodgateError('not-found')
    await this.#give({ content, file, isFree, free: terms.free, pass, host }, request, response)
  }

  async #give(
    asked: Asked,
    { method, headers }: IncomingMessage,
    response: ServerResponse
  ): Promise<void> {
    const { length } = asked.file
    const tag = tagOf(asked.content, asked.file)
    if (headers['if-none-match'] === tag) return sayUnchanged(response, tag)
    const isSame = headers['if-range'] === undefined || headers['if-range'] === tag
    const range = isSame ? rangeOf(headers.range, length) : 'all'
    if (range === 'unsatisfiable') return sayNoSuchRange(response, tag, length)
    const bytes = range === 'all' ? { start: 0, end: length - 1 } : range
    const sale = await this.#admit(asked, bytes)
    const say = (): void => sayFile(response, { tag, length, range })
    if (method === 'HEAD' || length === 0) {
      say()
      response.end()
    } else {
      await this.#send(asked, { bytes, sale }, response, say)
    }
  }

  /**
   * The sale that these bytes are paid by; undefined when they may go without. Throws `unpaid` when they must be paid,
   * `origin-busy` when they are not and peers are to serve.
   */
  async #admit(asked: Asked, bytes: ByteRange): Promise<Sale | undefined> {
    const { isFree, pass } = asked
    const { infoHash } = asked.content
    const { issuer, store, now } = this.#mint
    const purseId = pass === undefined ? undefined : readPass(issuer, { infoHash, pass }, now())
    const sale = purseId === undefined ? undefined : await store.sale(purseId, ORIGIN_UID)
    const standing = standingOf(sale, asked, bytes)
    if (standing === 'paid') return sale
    if (standing === 'unpaid' && !isFree) throw new FloodgateError('unpaid')
    if (this.#tapOf(infoHash).state !== 'open') throw busy('ask peers')
    return undefined
  }

  async #send(
    { content, file, free, host }: Asked,
    { bytes, sale }: { bytes: ByteRange; sale: Sale | undefined },
    response: ServerResponse,
    say: () => void
  ): Promise<void> {
    let left = bytes.end - bytes.start + 1
    const piecesOnce = free + countBits(sale?.claimed ?? new Uint8Array())
    const bytesOnce = piecesOnce * content.pieceLength
    const giveBack = sale && this.#shares.take(sale.purseId, bytesOnce, left)
    const isPaid = sale !== undefined
    if (!this.#places.take(host, isPaid)) {
      giveBack?.(left)
      throw busy('all places are taken')
    }
    const tap = this.#tapOf(content.infoHash)
    const { signal, end } = tap.begin(isPaid)
    try {
      const handle = await this.#shelf.open(content, file)
      say()
      // The asker is to know that it is served, though its first byte may have to wait.
      response.flushHeaders()
      await streamFile(handle, bytes, response, {
        pace: async (bytes, ended) => {
          await tap.pace.take(bytes, ended)
          await this.#all.take(bytes, ended)
        },
        sent: (bytes) => {
          left -= bytes
          tap.sent(bytes)
          this.#mint.counters.originBytes += bytes
        },
        stallMs: this.#options.stallMs ?? STALL_MS,
        signal
      })
    } finally {
      end()
      giveBack?.(left)
      this.#places.giveBack(host, isPaid)
    }
  }

  #tapOf(infoHash: string): Tap {
    let tap = this.#taps.get(infoHash)
    if (tap === undefined) this.#taps.set(infoHash, (tap = new Tap()))
    return tap
  }

  /** Breaks off what is under way, and serves no more. */
  close(): void {
    this.#closed = true
    for (const tap of this.#taps.values()) tap.stop()
  }
}
