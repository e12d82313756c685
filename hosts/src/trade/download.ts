// One download that is paid for: shows what it costs, asks, waits until it is here and the money has arrived, and says how
// much is missing when the account does not cover it.

import { resolve } from 'node:path'
import { FloodgateError, codeOf, fromHex, type Offer } from '@floodgate/protocol'
import { account } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { expectWritable } from '../directory.ts'
import { Stopped, failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { confirm } from '../passphrase.ts'
import { fetchContents } from '../provider/api-client.ts'
import { stopped, unlessStopped } from '../stop.ts'
import { sayPromise } from '../service-promise.ts'
import { isThere } from '../there.ts'
import { amountIn, count, money, size } from '../units.ts'
import { Selection, type Parts } from './parts.ts'
import { tellProgress } from './progress.ts'
import { Standstill } from './standstill.ts'
import { tellTraded } from './summary.ts'
import type { Target } from './target.ts'
import type { Trading } from './trading.ts'
import { Unsealing, keyFileOf } from './unsealing.ts'

export interface DownloadOptions extends Parts {
  /** Directory for the files. */
  out: string
  /** Stay when it is here, and sell it. */
  seed?: boolean
  /** Buy without asking. */
  yes?: boolean
  /** Buy without asking up to this total, as it was typed. */
  priceMax?: string
  /** Of a sealed content: wait for its release. */
  wait?: boolean
}

export class Download {
  readonly #out: Output
  readonly #signal: AbortSignal
  readonly #options: DownloadOptions
  readonly #approved: Promise<void>
  #approve: () => void = () => undefined
  /** Why nothing more is sold of it. */
  readonly #withdrawn: Promise<FloodgateError>
  #withdraw: (error: FloodgateError) => void = () => undefined
  #trading: Trading | undefined
  /** What is to be bought costs so much. */
  #total = 0n
  #missing = 0n
  /** What was agreed to so far; a part more may be asked for later. */
  #agreed = 0n
  /** The keys of a sealed content were agreed to with its pieces. */
  #keysAgreed = false

  constructor(out: Output, signal: AbortSignal, options: DownloadOptions) {
    this.#out = out
    this.#signal = signal
    this.#options = options
    this.#approved = new Promise((resolve) => (this.#approve = resolve))
    this.#withdrawn = new Promise((resolve) => (this.#withdraw = resolve))
  }

  /** Resolves when it is here, or with `seed` when the user stops it. Throws `Stopped` before that. */
  async run(trading: Trading, target: Target): Promise<void> {
    this.#trading = trading
    trading.floodgate.on('warning', ({ code, error }) => {
      if (code === 'insufficient-funds') void this.#tellMissing(trading)
      if (code === 'withdrawn') this.#withdraw(error)
    })
    const path = resolve(this.#options.out)
    await expectWritable(path)
    const adding = trading.add(target, { path, deselect: true })
    const { torrent, offer } = await unlessStopped(this.#signal, adding)
    const selection = new Selection(torrent, this.#options)
    this.#tellOffer(trading, torrent, offer, selection)
    const unsealing = this.#unsealingOf(trading, torrent, offer, path)
    // A bar would draw over the question, which is not put when all was bought before.
    const announced = new Promise<void>((resolve) => {
      const stop = trading.floodgate.on('announced', ({ infoHash }) => {
        if (infoHash !== torrent.infoHash) return
        stop()
        resolve()
      })
    })
    await this.#unless(Promise.race([this.#approved, announced, selection.whenHere()]))
    const progress = tellProgress(this.#out, trading, torrent, offer.currency)
    const standstill = new Standstill(this.#out, trading, torrent, { selection, free: offer.free })
    let { name } = torrent
    try {
      const here = this.#untilHere(trading, torrent, selection, offer)
      const [, opened] = await Promise.all([here, this.#unless(unsealing?.run(here))])
      name = opened ?? name
      const { infoHash, length } = torrent
      const fields = { infoHash, name, path, length, pieces: selection.count }
      this.#out.tell('done', fields)
      if (this.#options.seed === true) await trading.whileTrading(stopped(this.#signal))
    } finally {
      progress.stop()
      standstill.stop()
      await trading.leave()
      tellTraded(this.#out, trading, offer.currency)
    }
    this.#out.say(`${name} is in ${path}`)
  }

  /** Undefined for an ordinary content. Throws `bad-option` for a part of a sealed one: it could not be opened. */
  #unsealingOf(
    trading: Trading,
    torrent: Torrent,
    offer: Offer,
    path: string
  ): Unsealing | undefined {
    const { sealed, currency } = offer
    const { files, pieces, wait = false } = this.#options
    if (sealed === undefined) return undefined
    if (files !== undefined || pieces !== undefined || torrent.files.length !== 1) {
      throw new FloodgateError('bad-option', 'a sealed content is one file, and bought whole')
    }
    return new Unsealing({
      ...{ out: this.#out, signal: this.#signal, trading, torrent, offer, sealed, path, wait },
      approve: async (total) => {
        if (!this.#keysAgreed) await this.#agree(`the keys of ${torrent.name}`, total, currency)
      },
      tellMissing: async (total) => {
        this.#total = total
        await this.#tellMissing(trading)
      }
    })
  }

  /** Throws `withdrawn` when it is sold no more and all is here that was bought. */
  async #untilHere(
    trading: Trading,
    torrent: Torrent,
    selection: Selection,
    { free }: Offer
  ): Promise<void> {
    const infoHash = fromHex(torrent.infoHash)
    const { purses } = trading.wallet
    const isOurs = (index: number): boolean =>
      index < free || purses.pocket(infoHash).at(index) !== undefined
    const cut = this.#withdrawn.then(() => selection.whenHere(isOurs))
    await this.#unless(Promise.race([selection.whenHere(), cut]))
    // Sellers that served us last still wait for their money.
    await this.#unless(trading.floodgate.settled())
    const unpaid = trading.unpaid(torrent)
    if (unpaid > 0) {
      const pieces = `${count(unpaid, 'piece')} came from sellers who left before the payment`
      this.#out.warn('unpaid', `${pieces}, which is made when you meet again.`)
    }
    if (!selection.isHere) throw await this.#withdrawn
  }

  /** What `work` gives, unless the trade fails or the user stops it. */
  #unless<T>(work: T | Promise<T>): Promise<T> {
    const begun = Promise.resolve(work)
    return unlessStopped(this.#signal, this.#trading?.whileTrading(begun) ?? begun)
  }

  /** For the plugin: may it buy so many pieces? A no ends the job. */
  async approve(offer: Offer, torrent: Torrent, pieces: number): Promise<boolean> {
    try {
      if (!(await this.#isForSale(torrent))) return false
      await this.#expectApproval(offer, torrent, pieces)
      this.#approve()
      return true
    } catch (error) {
      this.#trading?.fail(error)
      return false
    }
  }

  /** Nobody is asked about what is sold no more: what was bought of it comes all the same. */
  async #isForSale({ name, infoHash }: Torrent): Promise<boolean> {
    if (this.#trading === undefined || this.#options.yes === true) return true
    const asked = fetchContents(this.#trading.wallet.api)
    // Who cannot be asked now will say it when we buy.
    const contents = await unlessStopped(this.#signal, asked).catch(() => undefined)
    if (contents?.some((one) => one.infoHash === infoHash) !== false) return true
    this.#withdraw(new FloodgateError('withdrawn', name))
    return false
  }

  /** What the wanted part costs, as far as it is not bought or free. */
  #tellOffer(
    { wallet }: Trading,
    { infoHash, name, length, pieces: all }: Torrent,
    { price, currency, free, promise }: Offer,
    selection: Selection
  ): void {
    const pocket = wallet.purses.pocket(fromHex(infoHash))
    const isSold = (index: number): boolean => index >= free
    const bought = selection.countWhere((index) => isSold(index) && pocket.at(index) !== undefined)
    const [pieces, sold] = [selection.count, selection.countWhere(isSold)]
    const total = price * BigInt(sold - bought)
    const owned = sold > 0 && bought === sold
    const fields = { infoHash, name, length, pieces, price, total, currency, owned, bought }
    const more = promise !== undefined && { promise }
    this.#out.tell('offer', { ...fields, free: pieces - sold, ...more })
    const part = pieces < all.length ? ` of ${all.length}` : ''
    const text = [
      `${name}: ${size(length)}, ${count(pieces, 'piece')}${part} at ${money(price, currency)}`,
      ...(pieces > sold ? [`${pieces - sold} free`] : []),
      ...(bought > 0 && !owned ? [`${bought} bought before`] : []),
      owned ? 'bought before' : `${money(total, currency)} in all`
    ]
    this.#out.say(text.join(', '))
    if (promise !== undefined) this.#out.say(`promised to you: ${sayPromise(promise)}`)
  }

  async #expectApproval(
    { price, currency, sealed }: Offer,
    { name, infoHash }: Torrent,
    pieces: number
  ): Promise<void> {
    this.#total = price * BigInt(pieces)
    const keyFile = keyFileOf(resolve(this.#options.out), infoHash)
    const isPaid = sealed === undefined || this.#keysAgreed || (await isThere(keyFile))
    const keys = isPaid ? 0n : sealed.keyPrice
    const what = `${count(pieces, 'piece')} of ${name}${keys > 0n ? ' and its keys' : ''}`
    await this.#agree(what, this.#total + keys, currency)
    if (keys > 0n) this.#keysAgreed = true
  }

  /** Throws `Stopped` for a no, and `price-changed` beyond what may be bought without asking. */
  async #agree(what: string, total: bigint, currency: string): Promise<void> {
    const { yes, priceMax } = this.#options
    if (yes === true) return
    if (priceMax === undefined) {
      const question = `Buy ${what} for ${money(total, currency)}?`
      const agreed = await confirm(question, this.#signal, '--yes or --price-max')
      if (!agreed) throw new Stopped('Not bought.')
    } else if (this.#agreed + total > amountIn(priceMax, currency)) {
      const most = `--price-max ${money(amountIn(priceMax, currency), currency)}`
      const all = money(this.#agreed + total, currency)
      throw new FloodgateError('price-changed', `${all} is more than ${most}`)
    }
    this.#agreed += total
  }

  /** Says how much is missing; the plugin announces again, and goes on when a deposit arrived. */
  async #tellMissing(trading: Trading): Promise<void> {
    try {
      const { balance, currency, uid } = await account(trading.wallet)
      const missing = this.#total - balance
      if (missing <= 0n || missing === this.#missing) return
      this.#missing = missing
      const text = `${money(missing, currency)} are missing on account ${uid}. It goes on when a deposit arrives.`
      this.#out.tell('insufficient-funds', { uid, missing, balance, currency }, text)
    } catch (error) {
      this.#out.warn(codeOf(error), failureOf(error).text)
    }
  }
}
