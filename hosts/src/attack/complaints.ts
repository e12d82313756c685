// Lies before the court. Only signatures convict; what stands word against word is settled with the
// token of the piece, and must never cost an honest peer more than the piece, nor bring a seller
// more than honest trade (F43, F58, F63, F64, G9, I3, I5).

import { emptyBitmap, withBits, type Message } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import { complain, prove } from './door.ts'
import type { Honest } from './honest.ts'
import type { Link } from './link.ts'
import type { Attack } from './scenario.ts'
import { Stall, type Tricks } from './stall.ts'

const HOUR_MS = 3600e3

/** Complains of somebody, with these messages as proof; `index` is the piece that it is about. */
function file(
  { link, sale }: Stall,
  kind: string,
  accused: Honest,
  frames: Uint8Array[],
  index = 0
): Promise<Message<'verdict'> | undefined> {
  const { infoHash } = link.rogue.content
  const { purse } = sale!.purse
  const about = { accused: accused.wallet.uid, infoHash, purse, index, count: 8 }
  return complain(link.rogue, { kind, ...about, frames })
}

/** A rogue that sold piece 0 to an honest buyer, who then got the rest from an honest seller. */
async function soldOne(bed: Bed, tricks: Tricks = {}): Promise<{ stall: Stall; buyer: Honest }> {
  const buyer = await bed.buyer()
  const rogue = await bed.rogue(0n)
  const link = await rogue.dial(buyer, { has: Uint8Array.of(0x80) })
  const stall = new Stall(link, tricks)
  await buyer.next('paid')
  await bed.seller()
  await buyer.done()
  await link.line.quiet()
  return { stall, buyer }
}

/** A content of which each piece was sold to one honest buyer by another rogue. */
async function soldToOne(
  bed: Bed,
  tricks: Tricks = {}
): Promise<{ buyer: Honest; stalls: Stall[] }> {
  const buyer = await bed.buyer()
  const stalls: Stall[] = []
  for (const index of bed.content.indexes) {
    const has = withBits(emptyBitmap(bed.content.count), [index])
    const rogue = await bed.rogue(0n)
    stalls.push(new Stall(await rogue.dial(buyer, { has }), tricks))
  }
  await buyer.done()
  await buyer.floodgate.settled(500)
  return { buyer, stalls }
}

/** Complains of a piece that the buyer asked for, the first unless told, and proves that it is here. */
async function accuse(
  stall: Stall,
  buyer: Honest,
  request = stall.requests[0]!,
  index = request.message.indexes[0]!
): Promise<void> {
  const { rogue } = stall.link
  const verdict = await file(stall, 'unpaid', buyer, [request.bytes], index)
  await prove(rogue, verdict!, rogue.content.piece(index))
}

/** A seller complains of a piece that it was paid for, and claims it as well. */
async function paidAndAccuse(bed: Bed, tricks: Tricks = {}): Promise<void> {
  const { stall, buyer } = await soldOne(bed, tricks)
  await accuse(stall, buyer)
  await answered(buyer)
  await stall.link.rogue.claim()
}

/** A rogue that has everything, sends nothing, and complains of each piece that was asked for. */
async function stallAndAccuse(
  bed: Bed,
  buyer: Honest,
  before: () => Promise<void> = async () => undefined
): Promise<Link> {
  const rogue = await bed.rogue(0n)
  const link = await rogue.dial(buyer, { has: true })
  const stall = new Stall(link, { silent: true })
  const request = await link.until('request')
  await before()
  for (const index of request.message.indexes) await accuse(stall, buyer, request, index)
  return link
}

/** The buyer hears of the complaint with its next announce, and answers by itself. */
const answered = async (buyer: Honest): Promise<void> => {
  await buyer.next('notice')
}

export const complaints: Attack[] = [
  {
    name: 'false-complaint',
    line: 'a seller that was paid, and acknowledged it, complains that it was not',
    bound: 0,
    defences: ['answered paid', 'revoked false-complaint'],
    run: (bed) => paidAndAccuse(bed)
  },
  {
    name: 'unacknowledged-complaint',
    line: 'a seller that was paid keeps its receipt back, complains, and claims as well',
    bound: 0,
    defences: ['answered accepted'],
    run: (bed) => paidAndAccuse(bed, { receipts: false })
  },
  {
    name: 'stalling-seller',
    line: 'a seller takes a request, sends nothing, and complains once the piece was bought elsewhere',
    bound: 0,
    defences: ['answered elsewhere'],
    async run(bed) {
      const buyer = await bed.buyer()
      const rogue = await bed.rogue(0n)
      const link = await rogue.dial(buyer, { has: Uint8Array.of(0x80) })
      const stall = new Stall(link, { silent: true })
      const request = await link.until('request')
      await link.line.hangUp()
      await bed.seller()
      await buyer.done()
      await accuse(stall, buyer, request)
      await answered(buyer)
    }
  },
  {
    name: 'paid-for-nothing',
    line: 'a seller takes requests, sends nothing, and has the court pay it for pieces it only has',
    bound: 0,
    // What honest trade would have brought (design §5): the provider delivers in its place, and sees who complains.
    boundMoney: 16,
    defences: ['verdict proved'],
    async run(bed) {
      const buyer = await bed.buyer()
      const link = await stallAndAccuse(bed, buyer)
      await answered(buyer)
      await link.line.hangUp()
      await bed.seller()
      await buyer.done()
    }
  },
  {
    name: 'paid-in-absence',
    line: 'the same, of a buyer who goes away before anything came',
    bound: 0,
    boundMoney: 16,
    defences: ['verdict proved'],
    async run(bed) {
      const buyer = await bed.buyer()
      const link = await stallAndAccuse(bed, buyer, () => buyer.leave())
      await link.line.hangUp()
    }
  },
  {
    name: 'no-possession',
    line: 'a seller complains of a piece that it does not have',
    bound: 0,
    defences: ['bad-possession'],
    async run(bed) {
      const { stall, buyer } = await soldOne(bed)
      const verdict = await file(stall, 'unpaid', buyer, [stall.requests[0]!.bytes])
      for (let i = 0; i < 3; i++) await prove(stall.link.rogue, verdict!, new Uint8Array(32_768))
    }
  },
  {
    name: 'forged-evidence',
    line: 'honest peers are accused with their own messages, altered, swapped, or of somebody else',
    bound: 0,
    defences: ['verdict dismissed'],
    async run(bed) {
      const { stall, buyer } = await soldOne(bed)
      const payment = stall.payments[0]!
      const request = stall.requests[0]!.bytes
      const altered = payment.map((byte, at) => (at === payment.length - 200 ? byte ^ 1 : byte))
      const seller = bed.honest[1]!
      const accusations: [kind: string, accused: Honest, frames: Uint8Array[]][] = [
        ['bad-token', buyer, [payment]],
        ['bad-token', buyer, [altered]],
        ['bad-token', seller, [payment]],
        ['double-spend', buyer, [payment, payment]],
        ['double-spend', buyer, [payment, altered]],
        ['bad-delivery', seller, [request]],
        ['unpaid', seller, [request]],
        ['unpaid', buyer, [request.map((byte, at) => (at === 40 ? byte ^ 1 : byte))]]
      ]
      for (const accusation of accusations) await file(stall, ...accusation)
    }
  },
  {
    name: 'complaint-mob',
    line: 'a dozen accounts of one owner complain of one honest buyer, each for a piece it was paid',
    bound: 0,
    pieces: 12,
    defences: ['answered paid', 'revoked false-complaint'],
    async run(bed) {
      const { buyer, stalls } = await soldToOne(bed)
      for (const stall of stalls) await accuse(stall, buyer)
      await answered(buyer)
      await bed.heard()
      for (const { link } of stalls) await link.rogue.claim()
    }
  },
  {
    name: 'absent-buyer',
    line: 'a dozen accounts complain of an honest buyer who is away and cannot answer',
    bound: 0,
    pieces: 12,
    defences: ['verdict proved'],
    async run(bed) {
      const { buyer, stalls } = await soldToOne(bed, { receipts: false })
      await buyer.leave()
      for (const stall of stalls) await accuse(stall, buyer)
      bed.provider.pass(HOUR_MS)
    }
  }
]
