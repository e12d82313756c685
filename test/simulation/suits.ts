// What colluders do at the provider: claims true, repeated, stolen and forged; complaints true and false; answers, notices,
// pieces, replays. Everything they ever heard is their evidence.

import {
  countBits,
  decode,
  emptyBitmap,
  fromHex,
  possessionProof,
  setBit,
  type Message
} from '@floodgate/protocol'
import type { Chance } from './chance.ts'
import type { Gang } from './gang.ts'
import type { Book, Heard } from './loot.ts'
import type { Member } from './member.ts'

type Claimed = Message<'claim'>['purses'][number]
type Kind = 'unpaid' | 'bad-token' | 'double-spend' | 'bad-delivery'

const FRAMES = {
  unpaid: 'request',
  'bad-token': 'payment',
  'double-spend': 'payment',
  'bad-delivery': 'delivery'
} as const

export class Suits {
  readonly #gang: Gang
  readonly #chance: Chance

  constructor(gang: Gang, chance: Chance) {
    this.#gang = gang
    this.#chance = chance
  }

  /** Something at the provider, by chance. */
  async act(): Promise<void> {
    const able = this.#gang.members.filter(({ certificate }) => certificate.length > 0)
    if (able.length === 0) return
    const act = this.#chance.pick(Object.values(this.#acts))
    await act(this.#chance.pick(able))
  }

  readonly #acts = {
    claim: (member) => this.#claim(member, this.#earned(member)),
    claimOthers: (member) => this.#claim(member, this.#earned(this.#anyMember())),
    claimForeign: (member) =>
      this.#claim(
        member,
        this.#earned(member).map((one) => ({ ...one, bitmap: this.#otherBitmap(one) }))
      ),
    complain: (member) => this.#complain(member),
    complainAgain: (member) => this.#complain(member),
    prove: () => this.#prove(),
    answer: (member) => this.#answer(member),
    announce: (member) => member.announce(false),
    notices: async (member) => {
      await member.post('/notices', await member.sign('accountRequest', { what: 'notices' }))
    },
    piece: async (member) => {
      const { purses } = member
      const purse = purses[0]?.certificate.purse ?? this.#gang.world.crypto.random(16)
      const index = this.#chance.below(this.#gang.world.film.pieces)
      await member.post('/pieces', await member.sign('pieceRequest', { purse, index }))
    },
    replay: async (member) => {
      const { posted } = this.#gang.loot
      if (posted.length === 0) return
      const { route, body } = this.#chance.pick(posted)
      await member.postSealed(route, body)
    }
  } satisfies Record<string, (member: Member) => Promise<void>>

  #anyMember(): Member {
    return this.#chance.pick(this.#gang.members)
  }

  async #send(member: Member, route: string, message: Uint8Array) {
    const { posted } = this.#gang.loot
    posted.push({ route, body: message })
    if (posted.length > 40) posted.shift()
    return member.postSealed(route, message)
  }

  // — claims —

  /** What members were paid by honest buyers, as a claim has it. */
  #earned(member: Member): Claimed[] {
    const { loot, world } = this.#gang
    return loot.earned(member, this.#gang.ownPurses()).map(({ purse, book }) => ({
      purse: fromHex(purse),
      payer: decode(book.voucher, 'voucher').message.signer,
      bitmap: book.bitmap.slice(0, Math.ceil(world.film.pieces / 8)),
      voucher: book.voucher
    }))
  }

  /** As many tokens, but others. */
  #otherBitmap({ bitmap }: Claimed): Uint8Array {
    const { pieces } = this.#gang.world.film
    const other = emptyBitmap(pieces)
    const count = countBits(bitmap)
    for (let i = 0; countBits(other) < count && i < 200; i++)
      setBit(other, this.#chance.below(pieces))
    return other
  }

  async #claim(member: Member, purses: Claimed[]): Promise<void> {
    if (purses.length === 0) return
    const id = this.#gang.world.crypto.random(32)
    await this.#send(member, '/claims', await member.sign('claim', { purses }, id))
  }

  /** Every member claims what it can, also from purses that members bought: tokens that honest sellers hold, too. */
  async claimAll(): Promise<void> {
    for (const member of this.#gang.members) {
      if (member.certificate.length > 0) await this.#claim(member, this.#earned(member))
    }
  }

  // — the court —

  async #complain(member: Member): Promise<void> {
    const kind = this.#chance.pick(Object.keys(FRAMES) as Kind[])
    const { heard } = this.#gang.loot
    const all = heard.filter(({ name }) => name === FRAMES[kind])
    if (all.length === 0) return
    const one = this.#chance.pick(all)
    const two = this.#chance.pick(all)
    const accuser = this.#chance.happens(0.8) ? this.#memberOf(one, member) : member
    const frames = kind === 'double-spend' ? [one.bytes, two.bytes] : [one.bytes]
    await this.#file(accuser, kind, one, frames)
  }

  /** Who heard it may complain best. */
  #memberOf({ to }: Heard, fallback: Member): Member {
    return this.#gang.members.find(({ uidHex }) => uidHex === to) ?? fallback
  }

  async #file(accuser: Member, kind: Kind, heard: Heard, frames: Uint8Array[]): Promise<void> {
    const { world, loot } = this.#gang
    const { pieces, infoHashBytes: infoHash } = world.film
    const book: Book | undefined = loot.books.get(`${heard.purse} ${accuser.uidHex}`)
    const index = heard.indexes.length > 0 ? this.#chance.pick(heard.indexes) : 0
    const count = this.#chance.pick([book?.count ?? 0, book?.count ?? 0, 0, pieces])
    const complaint = await accuser.sign('complaint', {
      ...{ kind, accused: fromHex(heard.from), infoHash, purse: fromHex(heard.purse) },
      ...{ index, count, frames }
    })
    const answer = await this.#send(accuser, '/complaints', complaint)
    if (answer?.status !== 200) return
    const verdict = decode(answer.body, 'verdict').message
    if (verdict.outcome !== 'challenge') return
    const [id, nonce] = [verdict.complaint.slice(), verdict.nonce.slice()]
    loot.cases.push({ id, nonce, accuser, index })
    if (this.#chance.happens(0.7)) await this.#prove()
  }

  async #prove(): Promise<void> {
    const { loot, world } = this.#gang
    const one = loot.cases.at(-1 - this.#chance.below(Math.max(1, loot.cases.length)))
    if (one === undefined) return
    const piece = loot.pieces.get(one.index) ?? world.crypto.random(16)
    const proof = possessionProof(world.crypto, one.nonce, piece)
    const message = await one.accuser.sign('possession', { complaint: one.id, proof })
    await one.accuser.post('/possessions', message)
  }

  /** Answers what somebody complained of: with nothing, a voucher, a receipt, or what is at hand. */
  async #answer(member: Member): Promise<void> {
    const { loot, world } = this.#gang
    const asked = await member.sign('accountRequest', { what: 'notices' })
    const told = await member.post('/notices', asked)
    if (told?.status !== 200) return
    const notice = decode(told.body, 'notices').message.items[0]
    if (notice === undefined) return
    const books = [...loot.books.values()].filter(({ voucher }) => voucher.length > 0)
    const book = books.length > 0 ? this.#chance.pick(books) : undefined
    const receipts = loot.heard.filter(({ name }) => name === 'receipt')
    const accepts = book === undefined || this.#chance.happens(0.3)
    const frames = accepts ? [] : [book.voucher]
    if (!accepts && receipts.length > 0) frames.push(this.#chance.pick(receipts).bytes)
    const bitmap = accepts
      ? new Uint8Array()
      : book.bitmap.slice(0, Math.ceil(world.film.pieces / 8))
    const body = { complaint: notice.complaint, bitmap, frames }
    await this.#send(member, '/answers', await member.sign('answer', body))
  }
}
