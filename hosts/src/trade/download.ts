// One download that is paid for: shows what it costs, asks, waits until it is here and the money has arrived, and says how
// much is missing when the account does not cover it.

import { resolve } from 'node:path'
import { FloodgateError, codeOf, toHex, type Offer } from '@floodgate/protocol'
import { account } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { expectWritable } from '../directory.ts'
import { Stopped, failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { confirm } from '../passphrase.ts'
import { stopped, unlessStopped } from '../stop.ts'
import { count, money, size } from '../units.ts'
import { tellProgress } from './progress.ts'
import { tellTraded } from './summary.ts'
import type { Target } from './target.ts'
import type { Trading } from './trading.ts'

export interface DownloadOptions {
  /** Directory for the files. */
  out: string
  /** Stay when it is here, and sell it. */
  seed?: boolean
  /** Buy without asking. */
  yes?: boolean
  /** Buy without asking up to this total, minor units. */
  priceMax?: bigint
}

export class Download {
  readonly #out: Output
  readonly #signal: AbortSignal
  readonly #options: DownloadOptions
  readonly #approved: Promise<void>
  #approve: () => void = () => undefined
  #trading: Trading | undefined
  /** What all of it costs. */
  #total = 0n
  #missing = 0n

  constructor(out: Output, signal: AbortSignal, options: DownloadOptions) {
    this.#out = out
    this.#signal = signal
    this.#options = options
    this.#approved = new Promise((resolve) => (this.#approve = resolve))
  }

  /** Resolves when it is here, or with `seed` when the user stops it. Throws `Stopped` before that. */
  async run(trading: Trading, target: Target): Promise<void> {
    this.#trading = trading
    trading.floodgate.on('warning', ({ code }) => {
      if (code === 'insufficient-funds') void this.#tellMissing(trading)
    })
    const path = resolve(this.#options.out)
    await expectWritable(path)
    const adding = trading.add(target, { path })
    const { torrent, offer } = await unlessStopped(this.#signal, adding)
    // A bar would draw over the question.
    await this.#unless(Promise.race([this.#approved, done(torrent)]))
    const progress = tellProgress(this.#out, trading, torrent, offer.currency)
    try {
      await this.#untilDone(trading, torrent)
      const { infoHash, name, length } = torrent
      const fields = { infoHash, name, path, length, pieces: torrent.pieces.length }
      this.#out.tell('done', fields)
      if (this.#options.seed === true) await trading.whileTrading(stopped(this.#signal))
    } finally {
      progress.stop()
      await trading.leave()
      tellTraded(this.#out, trading, offer.currency)
    }
    this.#out.say(`${torrent.name} is in ${path}`)
  }

  async #untilDone(trading: Trading, torrent: Torrent): Promise<void> {
    await this.#unless(done(torrent))
    // Sellers that served us last still wait for their money.
    await this.#unless(trading.floodgate.settled())
    const unpaid = trading.unpaid(torrent)
    if (unpaid === 0) return
    const pieces = `${count(unpaid, 'piece')} came from sellers who left before they were paid`
    this.#out.warn('unpaid', `${pieces}; they are paid when you meet again.`)
  }

  /** What `work` gives, unless the trade fails or the user stops it. */
  #unless<T>(work: Promise<T>): Promise<T> {
    return unlessStopped(this.#signal, this.#trading?.whileTrading(work) ?? work)
  }

  /** For the plugin: may it buy? A no ends the job. */
  async approve(offer: Offer, torrent: Torrent): Promise<boolean> {
    try {
      await this.#expectApproval(offer, torrent)
      this.#approve()
      return true
    } catch (error) {
      this.#trading?.fail(error)
      return false
    }
  }

  async #expectApproval({ price, currency }: Offer, torrent: Torrent): Promise<void> {
    const { infoHash, name, length } = torrent
    const pieces = torrent.pieces.length
    const total = price * BigInt(pieces)
    this.#total = total
    const purses = this.#trading?.wallet.purses.all() ?? []
    const owned = purses.some((purse) => toHex(purse.infoHash) === infoHash)
    const each = `${count(pieces, 'piece')} at ${money(price, currency)}`
    const text = `${name}: ${size(length)} in ${each}, ${money(total, currency)} in all`
    this.#out.tell('offer', { infoHash, name, length, pieces, price, total, currency, owned })
    this.#out.say(owned ? `${text}; bought before` : text)
    const { yes, priceMax } = this.#options
    if (owned || yes === true) return
    if (priceMax === undefined) {
      const agreed = await confirm(`Buy it for ${money(total, currency)}?`, this.#signal)
      if (!agreed) throw new Stopped('Not bought.')
    } else if (total > priceMax) {
      const most = `--price-max ${money(priceMax, currency)}`
      throw new FloodgateError('price-changed', `${money(total, currency)} is more than ${most}`)
    }
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

function done(torrent: Torrent): Promise<void> {
  if (torrent.done) return Promise.resolve()
  return new Promise((resolve) => torrent.once('done', resolve))
}
