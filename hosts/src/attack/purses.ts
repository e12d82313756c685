// Purses at the end of their life, and money that goes in a circle (F66, G12, I1, I4).

import { claimRaw } from './door.ts'
import type { Attack } from './scenario.ts'

const MINUTE_MS = 60e3
const DAY_MS = 24 * 60 * MINUTE_MS

export const purses: Attack[] = [
  {
    name: 'refunded-purse',
    line: 'a purse that was refunded is spent and claimed',
    bound: 0,
    defences: ['expired', 'purse-closed'],
    async run(bed) {
      const [rogue, accomplice] = [await bed.rogueBuyer(), await bed.rogue(0n)]
      bed.provider.pass(32 * DAY_MS)
      await bed.provider.tracker.settle()
      const link = await rogue.connect(await bed.seller())
      await link.untilClosed()
      await claimRaw(accomplice, [await rogue.promise(accomplice.wallet.uid, [0, 1])])
    }
  },
  {
    name: 'last-minute-purse',
    line: 'a purse is spent in the last minute before its refund, too late to be claimed',
    bound: 0,
    defences: ['expired'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      const endsIn = rogue.purse!.certificate.expiry + DAY_MS - bed.provider.now()
      bed.provider.pass(endsIn - MINUTE_MS)
      const link = await rogue.connect(seller)
      await link.opened()
      await link.buy(bed.content.indexes)
      bed.provider.pass(2 * MINUTE_MS)
      await bed.provider.tracker.settle()
    }
  },
  {
    name: 'wash-trading',
    line: 'accounts of one owner pay each other, and one pays itself, for pieces nobody sent',
    bound: 0,
    defences: ['self-trade'],
    async run(bed) {
      const [rogue, other] = [await bed.rogueBuyer(), await bed.rogue(0n)]
      for (const payee of [rogue, other]) {
        await claimRaw(payee, [await rogue.promise(payee.wallet.uid, [0, 1, 2, 3])])
      }
    }
  }
]
