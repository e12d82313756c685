// An honest peer: the real wallet, market and conversations in a process that may die, on a disk that stays. It registers,
// buys a purse, trades, claims, and lets its client speak to the court.

import { equal, fromHex, toHex } from '@floodgate/protocol'
import {
  Wallet,
  buy,
  announce,
  claim,
  fetchProvider,
  register,
  type AnnounceAnswer
} from '@floodgate/wallet'
import { DEFAULT_TERMS, FloodgateTarget, Grace, type Clock, type Market } from '@floodgate/wire'
import { Clerk } from '../../plugins/floodgate-wire/src/clerk.ts'
import { Disk } from './disk.ts'
import { CURRENCY, PIECE_LENGTH, PRICE, START, noSamples } from './film.ts'
import type { HonestEnd } from './honest-end.ts'
import { Party, type Life } from './party.ts'
import type { World } from './world.ts'

const PEER_ID = new Uint8Array(20).fill(7)
const RETRY_MS = 2500
const ANNOUNCE_MS = 60_000
/** Quicker than in life, so that a schedule is short. */
const TERMS = { ...DEFAULT_TERMS, paymentTimeoutMs: 15_000, complainAfterMs: 20_000 }
/** Whoever died is back after so long, at most. */
const RESTART_MAX_MS = 6000

/** What lives and dies with one process of a peer. */
export interface Process {
  life: Life
  wallet: Wallet
  market: Market
  clerk: Clerk
  ends: Set<HonestEnd>
  /** Pieces bound to some connection, so that none comes from two. */
  bound: Set<number>
  isClaiming: boolean
  after: Clock['after']
  wakeAll: () => void
}

export interface HonestOptions {
  isBuyer: boolean
  /** Indexes that are here from the first. */
  pieces: number[]
  /** How wrong its clock is. */
  skewMs: number
  limitMax: number
  /** How often it claims. */
  claimMs: number
}

export class Honest extends Party {
  readonly world: World
  readonly disk: Disk
  readonly options: HonestOptions
  /** The uid in hex, once an account is open. */
  uid = ''
  process: Process | undefined
  /** Acknowledged to the process, and so never to be lost (I6). */
  readonly promised = { registered: '', receipts: new Map<string, number>(), credited: 0n }

  constructor(world: World, name: string, options: HonestOptions) {
    super(name)
    this.world = world
    this.options = options
    this.disk = new Disk(world.network.timeline, world.network.chance)
    for (const index of options.pieces) this.disk.pieces.set(index, world.film.bytes[index]!)
  }

  missing(): number[] {
    return this.world.film.bytes.map((_, index) => index).filter((i) => !this.disk.pieces.has(i))
  }

  get isDone(): boolean {
    return !this.options.isBuyer || this.disk.pieces.size === this.world.film.pieces
  }

  /** Starts a process. */
  boot(): void {
    const life: Life = { alive: true }
    this.life = life
    void this.#run(life).catch((error: unknown) => {
      if (life.alive) this.world.fail(`${this.name}: ${String((error as Error).stack)}`)
    })
  }

  async #run(life: Life): Promise<void> {
    const wallet = await this.#wallet(life)
    await this.#persist(life, () => this.#register(wallet))
    this.uid = toHex(wallet.uid)
    this.#checkPromises(wallet)
    this.world.joined(this)
    const process = this.#process(life, wallet)
    wallet.purses.open(this.world.film.infoHashBytes)?.settleUncertain(process.market.content.has)
    this.process = process
    this.#seat(process)
    this.#announceNow(process)
    this.#claimEvery(process)
  }

  /** I6: what earlier processes acknowledged must be in the wallet that this one found. */
  #checkPromises({ sales }: Wallet): void {
    const { registered, receipts } = this.promised
    if (registered !== '' && registered !== this.uid)
      this.world.fail(`I6: ${this.name} lost itself`)
    this.promised.registered = this.uid
    for (const [buyer, count] of receipts) {
      const has = sales.paidBy(fromHex(buyer))
      if (has < count)
        this.world.fail(`I6: ${this.name} gave a receipt for ${count} and has ${has}`)
    }
  }

  #wallet(life: Life): Promise<Wallet> {
    const { crypto, keys, network } = this.world
    const options = {
      storage: this.disk.storage(this, life),
      passphrase: '',
      crypto,
      clock: () => START + Math.floor(network.timeline.now()) + this.options.skewMs
    }
    if (this.disk.holdsWallet) return Wallet.open(options)
    const api = `http://${this.name}.sim`
    return Wallet.create({ ...options, rootKey: keys.rootKey, api, scrypt: { N: 2, r: 1, p: 1 } })
  }

  async #register(wallet: Wallet): Promise<void> {
    if (wallet.registered) return
    // A clock that is days behind finds every certificate too young.
    wallet.setProviderTime((await fetchProvider(wallet.api)).time)
    await register(wallet, this.name)
  }

  /** Tries until it works: the provider may be away. */
  async #persist<T>(life: Life, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        this.world.say(() => `${this.name}: ${String(error)}`)
        await new Promise<void>((resolve) => {
          this.world.network.timeline.after(RETRY_MS, () => {
            if (life.alive) resolve()
          })
        })
      }
    }
  }

  #process(life: Life, wallet: Wallet): Process {
    const { network, film } = this.world
    const { timeline } = network
    const { disk } = this
    const ends = new Set<HonestEnd>()
    const after: Clock['after'] = (delayMs, action) =>
      timeline.after(delayMs, () => {
        if (!life.alive) return
        this.isStirred = true
        action()
      })
    const clock: Clock = { now: () => timeline.now(), after }
    const terms = { ...TERMS, limitMax: this.options.limitMax }
    const wakeAll = (): void => {
      for (const end of ends) end.wake()
    }
    const clerk = new Clerk(wallet, terms, clock, this.#events())
    const market: Market = {
      wallet,
      content: {
        infoHash: film.infoHashBytes,
        pieceCount: film.pieces,
        pieceLength: () => PIECE_LENGTH,
        pieceHash: (index) => film.hashes[index]!,
        has: (index) => disk.pieces.has(index),
        ...{ free: 0, price: PRICE, currency: CURRENCY }
      },
      ...{ terms, clock },
      samples: noSamples(),
      grace: new Grace(clock, terms.graceMs),
      selling: new Set(),
      junk: new Map(),
      ...{ accuse: (offence) => clerk.accuse(offence), met: (uid) => clerk.met(uid) },
      dropAll: (uid) => {
        for (const end of [...ends]) if (end.isWith(uid)) end.drop()
      },
      wakeAll,
      emit: (event, detail) => this.world.heard(this, event, detail)
    }
    const bound = new Set<number>()
    return { life, wallet, market, clerk, ends, bound, isClaiming: false, after, wakeAll }
  }

  /** The content as the court's clerk needs it. */
  #seat({ clerk, market, ends, life }: Process): void {
    const { wallet, content } = market
    clerk.seat({
      infoHash: content.infoHash,
      pieceHash: content.pieceHash,
      pieceLength: content.pieceLength,
      has: content.has,
      read: async (index) => this.disk.pieces.get(index)!,
      give: async (index, bytes) => {
        if (!equal(bytes, this.world.film.bytes[index] ?? new Uint8Array())) return false
        this.world.truth.fetched(this, index)
        await this.disk.put(this, life, index, bytes)
        return true
      },
      debtFell: (uid) => {
        for (const selling of market.selling) selling.debtFell(uid)
      },
      accepted: (uid) => {
        for (const end of ends) if (end.isWith(uid)) end.conversation.showAgain()
      },
      dropRevoked: () => {
        const uids = [...ends].flatMap(({ conversation }) => conversation.uid ?? [])
        for (const uid of uids) if (wallet.court.revocations.has(uid)) market.dropAll(uid)
      }
    })
  }

  #events(): FloodgateTarget {
    const events = new FloodgateTarget()
    for (const name of ['warning', 'complained', 'verdict', 'notice'] as const) {
      events.on(name, (detail) => this.world.heard(this, name, detail))
    }
    return events
  }

  #announceNow(process: Process, retryMs = RETRY_MS): void {
    void this.#announce(process).then(
      (answer) => {
        this.#answered(process, answer)
        process.after(ANNOUNCE_MS, () => this.#announceNow(process))
      },
      (error: unknown) => {
        this.world.say(() => `${this.name}: announce ${String(error)}`)
        process.after(retryMs, () => this.#announceNow(process, Math.min(2 * retryMs, ANNOUNCE_MS)))
      }
    )
  }

  #announce({ wallet }: Process): Promise<AnnounceAnswer> {
    const { infoHashBytes: infoHash } = this.world.film
    const terms = { infoHash, peerId: PEER_ID, port: 6881, event: '', left: 1, price: PRICE }
    const isBuying = this.options.isBuyer && !this.isDone && !this.world.isParted
    const wants = isBuying && wallet.purses.open(infoHash) === undefined
    const options = { ...terms, currency: CURRENCY }
    return wants ? buy(wallet, options) : announce(wallet, { ...options, want: false })
  }

  #answered(process: Process, answer: AnnounceAnswer): void {
    const { purse } = answer
    process.clerk.heard(answer)
    if (purse === undefined) return
    if (purse.payees().length === 0) purse.keepOwn(process.market.content.has)
    for (const { conversation } of process.ends) {
      conversation.purseChanged().catch((error: unknown) => this.world.fail(String(error)))
    }
  }

  /** Claims what it earned, every now and then. */
  #claimEvery(process: Process): void {
    const { after } = process
    after(this.world.network.chance.between(0.5, 1.5) * this.options.claimMs, () => {
      this.#claimEvery(process)
      this.claim()
    })
  }

  claim(): void {
    const { process, name, world } = this
    if (process === undefined || process.isClaiming) return
    if (!process.wallet.sales.all().some((sale) => sale.claimable() > 0)) return
    process.isClaiming = true
    claim(process.wallet).then(
      ({ credited }) => {
        process.isClaiming = false
        this.promised.credited += credited
      },
      (error: unknown) => {
        world.say(() => `${name}: claim ${String(error)}`)
        process.after(2 * RETRY_MS, () => {
          process.isClaiming = false
          this.claim()
        })
      }
    )
  }

  protected died(): void {
    const { timeline, chance } = this.world.network
    this.world.say(() => `${this.name} dies`)
    for (const end of this.process?.ends ?? []) end.line?.cut()
    this.process = undefined
    timeline.after(chance.between(100, RESTART_MAX_MS), () => this.boot())
  }
}
