// One process that trades: a wallet, a WebTorrent client with our defaults, the plugin in it, and the tally. Commands say
// what to add; here it is started, told about, and put away so that nothing that was paid or earned is lost.

import {
  ERRORS,
  FloodgateError,
  decodeOffer,
  equal,
  fromHex,
  type ErrorCode,
  type Offer
} from '@floodgate/protocol'
import type { Sale, Wallet } from '@floodgate/wallet'
import {
  floodgate,
  type Floodgate,
  type FloodgateEvents,
  type FloodgateOptions
} from '@floodgate/wire'
import type WebTorrent from 'webtorrent'
import type { Torrent, TorrentOptions } from 'webtorrent'
import { createClient, destroyClient, type ClientLimits } from '../client.ts'
import type { Output } from '../output.ts'
import { count, money, short } from '../units.ts'
import { tellCourt } from './disputes.ts'
import { sayMeasured } from './measured.ts'
import { Tally } from './tally.ts'
import type { Target } from './target.ts'

export interface TradingOptions extends ClientLimits {
  wallet: Wallet
  out: Output
  /** Unpaid pieces that one buyer may have from us. */
  limit?: number
  /** Bytes per second. */
  uploadLimit?: number
  /** Send in turns; see `FloodgateOptions`. */
  turns?: boolean | undefined
  /** Asked before a purse is bought. */
  approve: NonNullable<FloodgateOptions['approve']>
  /** Does the provider pay what we buy? Default false. */
  pushed?: boolean
  /** Tell people about purchases? Programs are always told. */
  chatty?: boolean
  /** Ends the job what cannot pass by itself? A provider goes on with its other contents. Default true. */
  fatal?: boolean
}

/** Who stopped us waits no longer than this for what is on its way, and then so long for receipts. */
const FINISH_WITHIN_MS = 5000
const SETTLE_WITHIN_MS = 1000

/** The plugin goes on after these, but waiting for them to pass is of no use. */
const HOPELESS: readonly ErrorCode[] = [
  'unknown-account',
  'unknown-content',
  'withdrawn',
  'wrong-provider',
  'not-a-paid-torrent',
  'metadata-swapped',
  'door-closed',
  'not-allowed'
]

export class Trading {
  readonly wallet: Wallet
  readonly client: WebTorrent
  readonly floodgate: Floodgate
  readonly tally = new Tally()
  readonly #out: Output
  /** Rejects when the trade itself fails. */
  readonly failed: Promise<never>
  readonly #fatal: boolean
  readonly #inTurns: boolean
  #fail: (error: unknown) => void = () => undefined
  #lastWarning = ''

  private constructor(client: WebTorrent, options: TradingOptions) {
    this.wallet = options.wallet
    this.client = client
    this.#out = options.out
    this.#fatal = options.fatal ?? true
    this.#inTurns = options.turns ?? false
    this.failed = new Promise((_, reject) => (this.#fail = reject))
    this.failed.catch(() => undefined) // whoever waits for it hears; nobody has to
    const { wallet, limit, approve, pushed, turns } = options
    this.floodgate = floodgate(client, { wallet, limitMax: limit, approve, pushed, turns })
    client.on('error', (error) => this.#fail(error))
    this.#listen(options.chatty === true)
  }

  static async start(options: TradingOptions): Promise<Trading> {
    if (!options.wallet.registered) throw new FloodgateError('unknown-account', 'register first')
    const { port, uploadLimit, downloadLimit } = options
    const trading = new Trading(await createClient({ port, downloadLimit }), options)
    if (uploadLimit !== undefined) trading.setUploadRate(uploadLimit)
    return trading
  }

  /** What it sends from now on, all contents together, in bytes per second: in turns of the plugin, or by WebTorrent's throttle. */
  setUploadRate(bytesPerSecond: number): void {
    if (this.#inTurns) this.floodgate.setUploadRate(bytesPerSecond)
    else this.client.throttleUpload(bytesPerSecond)
  }

  #listen(chatty: boolean): void {
    const out = this.#out
    const says = (text: string) => (chatty ? text : undefined)
    this.floodgate.on('purchase', (detail) => {
      const { count: pieces, price, currency } = detail
      const total = money(price * BigInt(pieces), currency)
      out.tell('purchase', detail, says(`purse     ${count(pieces, 'piece')} for ${total}`))
    })
    this.floodgate.on('paid', (detail) => {
      this.tally.paid(detail)
      out.tell('paid', detail)
    })
    this.floodgate.on('earned', (detail) => {
      this.tally.earned(detail)
      out.tell('earned', detail)
    })
    this.floodgate.on('open', (detail) => out.tell('open', detail))
    this.floodgate.on('announced', (detail) => out.tell('announced', detail))
    this.floodgate.on('refused', (detail) => out.tell('refused', detail))
    this.floodgate.on('blacklisted', ({ uid, code }) => {
      out.warn(code, `${short(uid)} is blacklisted: ${ERRORS[code].text}`)
    })
    this.floodgate.on('measured', (detail) =>
      out.tell('measured', detail, says(sayMeasured(detail)))
    )
    tellCourt(this.floodgate, out)
    this.floodgate.on('warning', (detail) => this.#warned(detail))
  }

  /** Says a warning once in a row; one after which nothing can come ends the job. */
  #warned({ code, error, infoHash }: FloodgateEvents['warning']): void {
    const isHopeless = HOPELESS.includes(code) && !this.#isBought(code, infoHash)
    if (this.#fatal && isHopeless) return this.#fail(error)
    if (error.message === this.#lastWarning) return
    this.#lastWarning = error.message
    this.#out.warn(code, `${error.message}${ERRORS[code].retry ? ' Trying again.' : ''}`)
  }

  /** What is withdrawn still comes to who has a purse for it. */
  #isBought(code: ErrorCode, infoHash: string): boolean {
    return code === 'withdrawn' && this.wallet.purses.open(fromHex(infoHash)) !== undefined
  }

  /** Ends whatever waits with `error`, such as a wallet that cannot be saved. */
  fail(error: unknown): void {
    this.#fail(error)
  }

  /** What `work` gives; rejects when the trade itself fails. */
  whileTrading<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.failed])
  }

  /**
   * Adds a torrent; resolves with its offer when the metadata are here, or the files checked too. Throws
   * `not-a-paid-torrent`, `wrong-provider`, or what WebTorrent says.
   */
  async add(
    target: Target,
    options: TorrentOptions,
    until: 'metadata' | 'ready' = 'metadata'
  ): Promise<{ torrent: Torrent; offer: Offer }> {
    // It ended with an error, such as a port in use, before anybody waited for it.
    if (this.client.destroyed) await this.failed
    const torrent = this.client.add(target, { strategy: 'rarest', ...options })
    torrent.on('warning', (error) => {
      this.#out.warn('torrent', error instanceof Error ? error.message : error)
    })
    const reached = new Promise<void>((resolve, reject) => {
      torrent.on('error', (error) => {
        reject(error)
        if (this.#fatal) this.#fail(error)
      })
      torrent.once(until, resolve)
    })
    await this.whileTrading(reached)
    const { info } = torrent as Torrent & { info?: unknown }
    const offer = decodeOffer(this.wallet.crypto, info)
    if (!equal(offer.rootKey, this.wallet.rootKey)) {
      throw new FloodgateError('wrong-provider', `sold by ${offer.api}`)
    }
    return { torrent, offer }
  }

  /** Pieces we sent and were not paid for yet, and what they cost. */
  owedToUs(): { pieces: number; amount: bigint } {
    return this.#sumOfSales(({ owed }) => owed.size)
  }

  /** Tokens that we earned and no claim covered: they stay in the wallet. */
  unclaimed(): { pieces: number; amount: bigint } {
    return this.#sumOfSales((sale) => sale.claimable())
  }

  #sumOfSales(piecesOf: (sale: Sale) => number): { pieces: number; amount: bigint } {
    const sales = this.wallet.sales.all()
    return {
      pieces: sales.reduce((sum, sale) => sum + piecesOf(sale), 0),
      amount: sales.reduce((sum, sale) => sum + sale.purse.price * BigInt(piecesOf(sale)), 0n)
    }
  }

  /** Pieces that came from sellers who left before we could pay them. */
  unpaid({ infoHash, bitfield }: Torrent): number {
    const purses = this.wallet.purses.of(fromHex(infoHash))
    const reserved = purses.flatMap((purse) =>
      purse.payees().flatMap(({ uid }) => purse.reservedTo(uid))
    )
    return reserved.filter((index) => bitfield.get(index)).length
  }

  /** Takes in what is on its way, pays what is due and ends all trade: from here on the tally stands. May be repeated. */
  async leave(): Promise<void> {
    const { fetching } = this.floodgate
    const text = `taking in ${count(fetching, 'piece')} on the way; Ctrl-C again leaves at once`
    if (fetching > 0) this.#out.tell('finishing', { pieces: fetching }, text)
    await this.floodgate.finish(FINISH_WITHIN_MS)
    // What cannot be paid now is paid when we meet again.
    await this.floodgate.settled(SETTLE_WITHIN_MS)
    await this.floodgate.close()
  }

  /** Leaves, closes sockets and files, and saves the wallet, each even if one before failed. */
  async close(): Promise<void> {
    try {
      await this.leave()
    } finally {
      try {
        await destroyClient(this.client)
      } finally {
        await this.wallet.close()
      }
    }
  }
}
