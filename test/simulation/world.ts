// One schedule's world: provider, peers, connections, and the messages between them. It knows no rule of the protocol; who
// is in it and what happens is schedule.ts's.

import { fromHex, type Crypto } from '@floodgate/protocol'
import type { ProviderKeys } from '@floodgate/tracker'
import { chanceOf, type Chance } from './chance.ts'
import { HonestEnd } from './honest-end.ts'
import type { Film } from './film.ts'
import { Honest } from './honest.ts'
import { Line, type End, type Network } from './line.ts'
import { Office, type Answer } from './office.ts'
import { Timeline } from './timeline.ts'
import { Truth } from './truth.ts'
import type { CourtOptions } from '../../tracker-extension/src/court/court.ts'

/** So long a client waits for a server that died. */
const DEATH_SEEN_MS = 500

export interface WorldOptions {
  seed: number
  crypto: Crypto
  keys: ProviderKeys
  film: Film
  faults: Network['faults']
  court?: CourtOptions
  /** Money of each honest buyer, and of each rogue with money. */
  depositMinor: bigint
  trace?: (line: string) => void
}

export class World {
  readonly options: WorldOptions
  readonly crypto: Crypto
  readonly keys: ProviderKeys
  readonly film: Film
  readonly network: Network
  /** What the actors decide, apart from what the network does. */
  readonly chance: Chance
  readonly office: Office
  readonly truth = new Truth()
  readonly honest: Honest[] = []
  readonly lines = new Set<Line>()
  /** What broke while a promise ran that nobody awaits. */
  readonly failures: string[] = []
  readonly deposits = new Map<string, bigint>()
  /** How purses and sales stood when they were last looked at. */
  readonly seen = new WeakMap<object, number>()
  /** How often something happened, by name. */
  readonly counts: Record<string, number> = {}
  /** The ledger changed since the last look. */
  isDirty = true
  #isRough = true
  /** Have all peers gone offline? */
  isParted = false

  constructor(options: WorldOptions) {
    const { seed, crypto, keys, film, faults, court } = options
    this.options = options
    this.crypto = crypto
    this.keys = keys
    this.film = film
    const timeline = new Timeline()
    this.network = { timeline, chance: chanceOf(seed, 'network'), faults }
    this.chance = chanceOf(seed, 'actors')
    const written = (kind: string): void => {
      this.isDirty = true
      this.say(() => `provider wrote ${kind}`)
    }
    this.office = new Office({ timeline, crypto, keys, film, court, written })
  }

  say(line: () => string): void {
    this.options.trace?.(`${this.network.timeline.now().toFixed(0).padStart(8)}  ${line()}`)
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }

  /** Who asked the court to be paid for this token. */
  casesOf(purse: string, index: number): Set<string> {
    const cases = [...this.office.view.rows('complaint')]
    return new Set(
      cases.flatMap(([, one]) => (one.purseId === purse && one.index === index ? one.accuser : []))
    )
  }

  fail(what: string): void {
    this.failures.push(what)
  }

  /** Tells what a peer's client would tell its user. */
  heard(peer: Honest, event: string, detail: unknown): void {
    this.say(() => `${peer.name}: ${event} ${show(detail)}`)
    this.count(event)
    if (event === 'receipted') {
      const { uid, count } = detail as { uid: string; count: number }
      this.receipted(peer, uid, count)
    }
  }

  /** An honest seller's receipt reached an honest buyer: it must never lose these tokens again (I6). */
  receipted(buyer: Honest, seller: string, count: number): void {
    const peer = this.honest.find(({ uid }) => uid === seller)
    const known = peer?.promised.receipts.get(buyer.uid) ?? 0
    peer?.promised.receipts.set(buyer.uid, Math.max(known, count))
  }

  addHonest(name: string, options: Honest['options']): Honest {
    const peer = new Honest(this, name, options)
    this.honest.push(peer)
    return peer
  }

  /** An account was opened: buyers get their money. */
  async joined({ uid, options }: Honest): Promise<void> {
    if (options.isBuyer) await this.deposit(uid, this.options.depositMinor)
  }

  async deposit(uid: string, amountMinor: bigint): Promise<void> {
    if (this.deposits.has(uid)) return
    this.deposits.set(uid, amountMinor)
    const now = this.office.now()
    await this.office.books.execute({
      kind: 'deposit',
      id: uid,
      uid,
      amountMinor,
      reason: 'sim',
      now
    })
  }

  /** Connects two ends. */
  connect(one: End, two: End): Line {
    const line = new Line(this.network, one, two)
    this.lines.add(line)
    return line
  }

  /** Connects two honest peers, unless they are. */
  connectHonest(one: Honest, two: Honest): void {
    if (one.process === undefined || two.process === undefined) return
    if ([...one.process.ends].some((end) => end.isTo(two))) return
    const near = new HonestEnd(one, one.process, two.uid)
    const far = new HonestEnd(two, two.process, one.uid)
    this.join(near, this.connect(near, far))
    this.join(far, near.line!)
  }

  /** An honest end starts to talk over a line. */
  join(end: HonestEnd, line: Line): void {
    end.line = line
    end.start()
  }

  uidOf({ uid }: Honest): Uint8Array {
    return fromHex(uid)
  }

  /** A piece came to somebody: others may want it. */
  came(): void {
    for (const { process } of this.honest) process?.wakeAll()
  }

  /** All honest peers meet again, and some connection breaks, as long as the weather is rough. */
  mingle(): void {
    if (this.isParted) return
    const { honest, network } = this
    const open = [...this.lines].filter(({ isOpen }) => isOpen)
    const isShaky = this.#isRough && (network.faults.loss > 0 || network.faults.repeat > 0)
    if (isShaky && open.length > 0 && network.chance.happens(0.15)) {
      network.chance.pick(open).cut()
    }
    this.lines.clear()
    for (const line of open) this.lines.add(line)
    for (const [i, one] of honest.entries()) {
      for (const two of honest.slice(i + 1)) this.connectHonest(one, two)
    }
  }

  /** Nothing is lost and nobody dies from here on. */
  calm(): void {
    this.#isRough = false
    Object.assign(this.network.faults, { loss: 0, repeat: 0 })
    for (const party of [this.office, ...this.honest]) party.deaths = []
  }

  /** Peers go offline: nothing more is traded. */
  part(): void {
    this.isParted = true
    for (const line of this.lines) line.cut()
  }

  /** …and are online again. */
  meet(): void {
    this.isParted = false
  }

  /** Is any case open? */
  hasCases(): boolean {
    const cases = [...this.office.view.rows('complaint')]
    return cases.some(([, { outcome }]) => outcome === 'challenge' || outcome === 'proved')
  }

  /** Has every seller taken to the court what it is owed, as far as it can? */
  isFiled(): boolean {
    return this.honest.every(({ process }) => {
      if (process === undefined) return false
      const { sales, court } = process.wallet
      const isLate = ({ stage }: { stage: string }): boolean =>
        stage === 'due' || stage === 'challenge'
      if (court.disputes.all().some(isLate)) return false
      return sales.all().every((sale) => {
        const about = { kind: 'unpaid', accused: sale.payer, purse: sale.purse.purse } as const
        return [...sale.owed].every(
          (index) =>
            sale.proofOf(index) === undefined ||
            court.disputes.find({ ...about, index }) !== undefined
        )
      })
    })
  }

  /** HTTP between a peer's wallet and the provider: a request or its answer may be lost, and the provider may die. */
  async fetch(url: string, body?: Uint8Array): Promise<Response> {
    const [, host, path] = /^http:\/\/(\w+)\.sim(.*)$/.exec(url)!
    const peer = this.honest.find(({ name }) => name === host)!
    const { life } = peer
    await this.#travel()
    if (!life.alive) return new Promise(() => undefined)
    const { chance, faults } = this.network
    if (chance.happens(faults.loss / 2)) throw new Error('the request was lost')
    const answer = await this.ask(path!, body)
    await this.#travel()
    if (answer === undefined || chance.happens(faults.loss / 2)) throw new Error('no answer')
    return new Promise((resolve) => peer.step(life, () => resolve(responseOf(answer))))
  }

  #travel(): Promise<void> {
    const { timeline, chance } = this.network
    return new Promise((resolve) => void timeline.after(chance.between(1, 60), resolve))
  }

  /** Asks the provider; undefined when it is dead, or dies meanwhile. */
  ask(path: string, body?: Uint8Array): Promise<Answer | undefined> {
    const { office, network } = this
    const { life } = office
    return new Promise((resolve) => {
      let callOff = (): void => undefined
      const watch = (): void => {
        if (!life.alive) return resolve(undefined)
        callOff = network.timeline.after(DEATH_SEEN_MS, watch)
      }
      watch()
      office.step(life, () => {
        void office.answer(path, body?.slice()).then((answer) => {
          callOff()
          resolve(answer)
        })
      })
    })
  }
}

/** As much of a Response as a wallet looks at; the platform's own costs more than the rest of a schedule's step. */
function responseOf({ status, body }: Answer): Response {
  const chunks = [body]
  const read = async () => {
    const value = chunks.shift()
    return { done: value === undefined, value }
  }
  return { status, body: { getReader: () => ({ read }) } } as Response
}

const show = (detail: unknown): string =>
  JSON.stringify(detail, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value instanceof Error ? value.message : value
  )
