// What colluders do on a connection: as buyers and sellers they keep to the protocol now and break it then. A table of
// acts, drawn by chance; each schedule has its own temper.

import {
  MESSAGES,
  bits,
  concat,
  decode,
  encode,
  equal,
  hasBit,
  paidHash,
  withBits,
  type MessageName
} from '@floodgate/protocol'
import type { Chance } from './chance.ts'
import { REPLACEABLE, forged } from './forgery.ts'
import type { Gang } from './gang.ts'
import { payWith, type PayFault } from './payments.ts'
import type { RogueEnd } from './rogue-end.ts'

/** How a gang is inclined: probabilities. */
interface Temper {
  pays: number
  serves: number
  sendsJunk: number
  delivers: number
  lies: number
  acknowledges: number
  boasts: number
}

const PAY_FAULTS: PayFault[] = [
  'token',
  'path',
  'sum',
  'count',
  'paid',
  'items',
  'payee',
  'twice',
  'index',
  'signature'
]

type ActName = (typeof DEEDS)[number] | (typeof LIES)[number]
type Act = (end: RogueEnd) => Promise<void> | void

export class Mischief {
  readonly #gang: Gang
  readonly #chance: Chance
  readonly #temper: Temper
  /** Pieces that an honest seller sent on a connection and that are not paid there. */
  readonly #unpaid = new WeakMap<RogueEnd, number[]>()

  constructor(gang: Gang, chance: Chance) {
    this.#gang = gang
    this.#chance = chance
    const pick = (...values: number[]): number => chance.pick(values)
    this.#temper = {
      pays: pick(0, 0.5, 0.9, 1),
      serves: pick(0, 0.5, 0.9, 1),
      sendsJunk: pick(0, 0, 0, 0.2),
      delivers: pick(0.5, 1, 1),
      lies: pick(0, 0.03, 0.1, 0.3),
      acknowledges: pick(0, 0.5, 1, 1),
      boasts: pick(0, 0, 1)
    }
  }

  // — as it comes —

  async heard(end: RogueEnd, name: MessageName, bytes: Uint8Array): Promise<void> {
    switch (name) {
      case 'statement':
        return this.#statement(end, bytes)
      case 'request':
        return this.#request(end, bytes)
      case 'payment':
        return this.#payment(end, bytes)
      case 'delivery':
      case 'receipt': {
        const { message } = decode(bytes, name)
        const indexes = 'indexes' in message ? message.indexes : []
        return end.keep(name, bytes, indexes, message.purse)
      }
      default:
    }
  }

  /** The seller says what it holds of our purse: our sums to it start there. */
  #statement(end: RogueEnd, bytes: Uint8Array): void {
    const { message } = decode(bytes, 'statement')
    const { purse } = end
    if (purse === undefined || !equal(message.purse, purse.certificate.purse)) return
    const items = [...bits(message.paid)].map((index) => ({
      index,
      token: purse.tokens.token(index)
    }))
    const { loot } = this.#gang
    loot.books.delete(`${purse.id} ${end.peer.uid}`)
    const book = loot.book(purse.id, end.peer.uid, purse.certificate.count)
    loot.add(book, items, message.voucher.slice())
    const { owed } = message
    if (owed.length === 0 || !this.#chance.happens(this.#temper.pays)) return
    this.#gang.soon(this.#chance.between(0, 800), () => payWith(end, owed, undefined))
  }

  async #request(end: RogueEnd, bytes: Uint8Array): Promise<void> {
    const { message } = decode(bytes, 'request')
    end.keep('request', bytes, message.indexes, message.purse)
    if (!this.#chance.happens(this.#temper.delivers)) return
    const { crypto, film } = this.#gang.world
    const isFalse = this.#chance.happens(this.#temper.lies / 3)
    const hash = (index: number): Uint8Array =>
      isFalse ? crypto.random(20) : (film.hashes[index] ?? crypto.random(20))
    end.say(
      await end.sign('delivery', {
        ...{ payer: message.signer, infoHash: message.infoHash, purse: message.purse },
        ...{ indexes: message.indexes, hashes: concat(...message.indexes.map(hash)) },
        request: crypto.sha256(bytes)
      })
    )
  }

  async #payment(end: RogueEnd, bytes: Uint8Array): Promise<void> {
    const { message } = decode(bytes, 'payment')
    const { message: voucher } = decode(message.voucher, 'voucher')
    const indexes = message.items.map(({ index }) => index)
    end.keep('payment', bytes, indexes, voucher.purse)
    if (end.theirs === undefined || !equal(end.theirs.bytes, voucher.purse)) return
    const { loot, world } = this.#gang
    const book = loot.book(end.theirs.id, end.member.uidHex, end.theirs.count)
    const all = withBits(book.bitmap, indexes)
    if (!equal(paidHash(world.crypto, all), voucher.paid)) return this.#say(end, 'statement')
    loot.add(book, message.items, message.voucher.slice())
    if (this.#chance.happens(this.#temper.acknowledges)) await this.#receipt(end, book.count)
  }

  async #receipt(end: RogueEnd, count: number): Promise<void> {
    const { loot, world } = this.#gang
    if (end.theirs === undefined) return
    const book = loot.book(end.theirs.id, end.member.uidHex, end.theirs.count)
    end.say(
      await end.sign('receipt', {
        ...{ payer: world.uidOf(end.peer), purse: end.theirs.bytes, count, limit: 8 },
        voucher: world.crypto.sha256(book.voucher)
      })
    )
  }

  /** Do they say that they have this piece? */
  boasts(index: number): boolean {
    return this.#temper.boasts > 0 || this.#gang.loot.pieces.has(index)
  }

  wanted(end: RogueEnd, index: number): void {
    const { loot, world } = this.#gang
    const isJunk = this.#chance.happens(this.#temper.sendsJunk)
    const bytes = isJunk ? world.crypto.random(16) : loot.pieces.get(index)
    if (bytes === undefined || !this.#chance.happens(this.#temper.serves)) return
    world.network.timeline.after(this.#chance.between(0, 500), () => {
      end.line?.carry(end, (far) => far.piece(index, bytes), true)
    })
  }

  piece(end: RogueEnd, index: number, bytes: Uint8Array): void {
    this.#gang.loot.pieces.set(index, bytes)
    const unpaid = this.#unpaid.get(end) ?? []
    this.#unpaid.set(end, [...unpaid, index])
    if (!this.#chance.happens(this.#temper.pays)) return
    this.#gang.soon(this.#chance.between(0, 800), () => this.#acts.pay(end))
  }

  // — by itself —

  /** Whoever wants to buy of us must hear a statement first. */
  greet(end: RogueEnd): void {
    if (end.isProven && end.theirs !== undefined) this.#acts.statement(end)
  }

  /** Something on this connection, by chance. */
  act(end: RogueEnd): Promise<void> | void {
    if (!end.isOpen || !end.isProven) return
    const { lies } = this.#temper
    const isLie = this.#chance.happens(lies * 2)
    return isLie
      ? this.#say(end, this.#chance.pick(LIES))
      : this.#say(end, this.#chance.pick(DEEDS))
  }

  #say(end: RogueEnd, act: ActName): Promise<void> | void {
    return this.#acts[act](end)
  }

  readonly #acts = {
    ask: async (end) => {
      if (end.purse === undefined) return
      const { world } = this.#gang
      const { film } = world
      const many = 1 + this.#chance.below(3)
      const indexes = new Set(Array.from({ length: many }, () => this.#chance.below(film.pieces)))
      end.say(
        await end.sign('request', {
          ...{ payee: world.uidOf(end.peer), infoHash: film.infoHashBytes },
          ...{ purse: end.purse.certificate.purse, indexes: [...indexes] },
          resend: this.#chance.pick([0, 0, 0, 1])
        })
      )
      for (const index of indexes) end.line?.carry(end, (far) => far.wanted(index), true)
    },
    pay: async (end) => {
      const unpaid = this.#unpaid.get(end) ?? []
      this.#unpaid.set(end, [])
      if (unpaid.length > 0) await payWith(end, [...new Set(unpaid)], undefined)
    },
    payFalsely: async (end) => {
      const index = this.#chance.below(this.#gang.world.film.pieces)
      await payWith(end, [index], this.#chance.pick(PAY_FAULTS))
    },
    /** A token that may be another seller's already. */
    spendAgain: (end) =>
      payWith(end, [this.#chance.below(this.#gang.world.film.pieces)], undefined),
    statement: (end) => {
      if (end.theirs === undefined) return
      const { id, bytes, count } = end.theirs
      const book = this.#gang.loot.book(id, end.member.uidHex, count)
      const { bitmap: paid, voucher } = book
      end.say(encode('statement', { purse: bytes, limit: 4, owed: [], paid, voucher }))
    },
    falseStatement: (end) => {
      if (end.theirs === undefined) return
      const { loot, world } = this.#gang
      const { bytes, count } = end.theirs
      const books = [...loot.books.values()].filter(({ voucher }) => voucher.length > 0)
      const book = books.length > 0 ? this.#chance.pick(books) : undefined
      const owed = Array.from({ length: 3 }, () => this.#chance.below(count))
      const paid = world.crypto.random(Math.ceil(count / 8))
      paid[paid.length - 1]! &= 0xff << (7 - ((count - 1) % 8))
      const voucher = book?.voucher ?? new Uint8Array()
      const shown = this.#chance.happens(0.5) ? (book?.bitmap ?? paid) : paid
      const limit = this.#chance.below(33)
      end.say(encode('statement', { purse: bytes, limit, owed, paid: shown, voucher }))
    },
    claimDebt: (end) => {
      if (end.theirs === undefined) return
      const { id, bytes, count } = end.theirs
      const { bitmap: paid, voucher } = this.#gang.loot.book(id, end.member.uidHex, count)
      const all = Array.from({ length: count }, (_, index) => index)
      const owed = all.filter((index) => !hasBit(paid, index)).slice(0, 32)
      end.say(encode('statement', { purse: bytes, limit: 4, owed, paid, voucher }))
    },
    replay: (end) => {
      const { heard } = this.#gang.loot
      if (heard.length > 0) end.say(this.#chance.pick(heard).bytes)
    },
    forge: async (end) => {
      const all = this.#gang.loot.heard.filter(({ name }) => REPLACEABLE.has(name))
      if (all.length > 0) end.say(await forged(end, this.#chance.pick(all), this.#chance))
    },
    lieReceipt: (end) => this.#receipt(end, this.#chance.below((end.theirs?.count ?? 1) + 1)),
    reject: (end) => {
      const indexes = [this.#chance.below(this.#gang.world.film.pieces)]
      end.say(encode('reject', { code: 'bad-index', message: MESSAGES.request.id, indexes }))
    },
    noise: (end) => end.say(this.#gang.world.crypto.random(40)),
    hangUp: (end) => end.line?.cut(),
    proveAgain: (end) => end.prove()
  } satisfies Record<ActName, Act>
}

const DEEDS = ['ask', 'ask', 'ask', 'pay', 'statement', 'statement', 'proveAgain'] as const
const LIES = [
  'payFalsely',
  'spendAgain',
  'spendAgain',
  'falseStatement',
  'claimDebt',
  'replay',
  'replay',
  'forge',
  'lieReceipt',
  'reject',
  'noise',
  'hangUp'
] as const
