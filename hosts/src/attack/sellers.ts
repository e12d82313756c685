// Dishonest sellers: junk, false signatures, false statements. A piece is paid once it fits its
// hash and is stored, a delivery convicts who signed it, and a buyer signs only over tokens that it
// paid to this payee (F34, F51, F64, G4, I3).

import { withBits } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import { claimRaw } from './door.ts'
import type { Honest } from './honest.ts'
import type { Attack } from './scenario.ts'
import { Stall, type Tricks } from './stall.ts'

/** A rogue seller that a lone buyer buys from. */
async function stallFor(
  bed: Bed,
  buyer: Honest,
  tricks: Tricks,
  has: boolean | Uint8Array = true
): Promise<Stall> {
  const rogue = await bed.rogue(0n)
  return new Stall(await rogue.dial(buyer, { has }), tricks)
}

/** Everything comes from an honest seller in the end. */
async function complete(bed: Bed, buyer: Honest): Promise<void> {
  await bed.seller()
  await buyer.done()
}

const junkOf = ({ content }: Bed): Uint8Array => new Uint8Array(content.pieceLength)

export const sellers: Attack[] = [
  {
    name: 'junk-piece',
    line: 'a seller signs the right hash and sends junk, again and again',
    bound: 0,
    defences: ['blacklisted junk-piece'],
    async run(bed) {
      const buyer = await bed.buyer()
      await stallFor(bed, buyer, { bytes: () => junkOf(bed) })
      await buyer.next('blacklisted')
      await complete(bed, buyer)
    }
  },
  {
    name: 'junk-signature',
    line: 'a seller signs another hash than the content’s, so that junk would be as promised',
    bound: 0,
    defences: ['blacklisted bad-delivery', 'revoked bad-delivery'],
    async run(bed) {
      const buyer = await bed.buyer()
      const hashes = (indexes: number[]): Uint8Array => new Uint8Array(20 * indexes.length)
      await stallFor(bed, buyer, { hashes })
      await buyer.next('blacklisted')
      await complete(bed, buyer)
    }
  },
  {
    name: 'false-debt',
    line: 'a seller says that pieces are owed which came from another, or were here before',
    bound: 0,
    defences: ['no payment'],
    async run(bed) {
      const buyer = await bed.buyer({ has: (index) => index < 2 })
      await complete(bed, buyer)
      const { indexes } = bed.content
      const stall = await stallFor(bed, buyer, { state: (said) => (said.owed = indexes) })
      await untilQuiet(bed, stall)
      stall.sayStatement((said) => Object.assign(said, { owed: indexes, limit: 0 }))
      await untilQuiet(bed, stall)
    }
  },
  {
    name: 'purse-theft',
    line: 'a statement claims to be paid with tokens of other sellers, so that the buyer signs over them',
    bound: 0,
    defences: ['bad-voucher'],
    async run(bed) {
      const buyer = await bed.buyer()
      const stall = await stallFor(bed, buyer, {}, Uint8Array.of(0xc0))
      await buyer.next('receipted')
      await complete(bed, buyer)
      const { sale, link } = stall
      const { indexes } = bed.content
      const stolen = withBits(sale!.paid, indexes)
      for (const missing of indexes) {
        const shown = withBits(
          new Uint8Array(stolen.length),
          indexes.filter((index) => index !== missing)
        )
        stall.sayStatement((said) => Object.assign(said, { paid: shown }))
      }
      await untilQuiet(bed, stall)
      const { purse, payer } = sale!
      const voucher = sale!.voucher!
      await claimRaw(link.rogue, [{ purse: purse.purse, payer, bitmap: stolen, voucher }])
      await link.rogue.claim()
    }
  },
  {
    name: 'withheld-receipt',
    line: 'a seller never acknowledges a payment',
    bound: 0,
    pieces: 40,
    defences: ['payments stop'],
    async run(bed) {
      const buyer = await bed.buyer()
      const stall = await stallFor(bed, buyer, { receipts: false })
      await untilQuiet(bed, stall)
      if (stall.paid <= 32 && stall.paid < bed.content.count) bed.saw('payments stop')
      await complete(bed, buyer)
      await stall.link.rogue.claim()
    }
  }
]

/** Until no payment has come for a while. */
async function untilQuiet(bed: Bed, stall: Stall): Promise<void> {
  for (let before = -1; before !== stall.paid;) {
    before = stall.paid
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  if (stall.paid === 0) bed.saw('no payment')
}
