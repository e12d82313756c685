// Replays: what was signed once is said again, elsewhere or later. Sessions, counters and the
// running voucher make it worthless (F28, G3, G4, G14).

import { askTracker } from './door.ts'
import type { Attack } from './scenario.ts'
import { Stall } from './stall.ts'

/** Announces are fresh for ten minutes. */
const STALE_MS = 11 * 60e3

export const replays: Attack[] = [
  {
    name: 'replayed-request',
    line: 'a signed request is said again, on its connection and on a new one, for a piece free',
    bound: 0,
    defences: ['wrong-session'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const first = await rogue.dial(seller)
      const request = await first.request([0])
      await first.fetch(0)
      await first.settle([0])
      first.sayFrame(request)
      await first.fetch(0)
      const second = await rogue.dial(seller)
      second.sayFrame(request)
      await second.untilClosed()
    }
  },
  {
    name: 'replayed-payment',
    line: 'the payment for one piece is said again for the next ones, here and on a new connection',
    bound: 0,
    defences: ['blocks held'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const link = await rogue.dial(seller)
      await link.take(0)
      const payment = await link.pay([0])
      await link.until('receipt')
      await link.take(1)
      link.sayFrame(payment)
      await link.take(2)
      const again = await rogue.dial(seller)
      again.sayFrame(payment)
      await again.take(3)
      // What is owed by now is paid: only the replays were to bring something.
      await again.payUp()
    }
  },
  {
    name: 'replayed-delivery',
    line: 'junk is sold under the piece signature of an honest seller, so that it is blamed',
    bound: 0,
    defences: ['wrong-session'],
    async run(bed) {
      const [framed, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const bought = await rogue.dial(framed)
      await bought.take(0)
      const { bytes } = await bought.until('delivery')
      await bought.settle([0])
      await framed.leave()
      const buyer = await bed.buyer()
      const junk = new Uint8Array(bed.content.pieceLength)
      new Stall(await rogue.dial(buyer, { has: true }), {
        deliver: async () => bytes,
        bytes: () => junk
      })
      await buyer.next('refused')
      await bed.seller()
      await buyer.done()
    }
  },
  {
    name: 'replayed-announce',
    line: 'an overheard signed announce is sent again, to charge its buyer once more or to get its purse',
    bound: 0,
    defences: ['replayed', 'clock'],
    async run(bed) {
      await bed.seller()
      const buyer = await bed.buyer({ balance: 3n * bed.content.total })
      await buyer.done()
      const overheard = [...bed.provider.overheard]
      for (const path of overheard) await askTracker(bed, path)
      await askTracker(bed, overheard[0]!.replace('event=started', 'event=stopped'))
      bed.provider.pass(STALE_MS)
      for (const path of overheard) await askTracker(bed, path)
    }
  }
]
