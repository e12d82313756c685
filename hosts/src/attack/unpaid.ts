// Pieces that are taken and not paid. Sellers complain by themselves, and the court pays them from
// the purse before anything of it goes back; who is convicted by its own signature is revoked (F36,
// F52, F57, F61, D15, G2, I4).

import { claimRaw } from './door.ts'
import type { Attack } from './scenario.ts'

export const unpaid: Attack[] = [
  {
    name: 'withheld-payment',
    line: 'a buyer takes a piece and never pays',
    bound: 0,
    defences: ['complaint proved'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogueBuyer()]
      await (await rogue.dial(seller)).take(0)
    }
  },
  {
    name: 'free-rider',
    line: 'one piece unpaid from each of so many sellers that together they are the whole content',
    bound: 0,
    defences: ['complaint proved'],
    async run(bed) {
      const rogue = await bed.rogueBuyer()
      for (const index of bed.content.indexes) {
        const link = await rogue.dial(await bed.seller())
        await link.take(index)
      }
    }
  },
  {
    name: 'large-view',
    line: 'a buyer connects to many sellers at once and takes the same pieces from all, unpaid',
    bound: 0,
    defences: ['complaint proved', 'blocks held'],
    async run(bed) {
      const rogue = await bed.rogueBuyer()
      const sellers = await Promise.all(Array.from({ length: 4 }, () => bed.seller()))
      const links = await Promise.all(sellers.flatMap((to) => [rogue.dial(to), rogue.dial(to)]))
      await Promise.all(links.map((link, at) => link.take(at)))
    }
  },
  {
    name: 'colluding-free-rider',
    line: 'as free-rider, but an accomplice claims the purse before the court can pay from it',
    // One piece of each seller (F52): nobody can know that the accomplice sold nothing. A swarm limit caps it (F56).
    bound: 8,
    defences: ['complaint proved'],
    async run(bed) {
      const [rogue, accomplice] = [await bed.rogueBuyer(), await bed.rogue(0n)]
      const { indexes } = bed.content
      for (const index of indexes) {
        const link = await rogue.dial(await bed.seller())
        await link.take(index)
      }
      await bed.heard()
      await claimRaw(accomplice, [await rogue.promise(accomplice.wallet.uid, indexes)])
    }
  },
  {
    name: 'revoked-account',
    line: 'an account that was convicted goes on: with the same purse, a new one, and new sellers',
    bound: 0,
    defences: ['revoked'],
    async run(bed) {
      const [seller, rogue] = [await bed.seller(), await bed.rogue(2n * bed.content.total)]
      await rogue.buy()
      const link = await rogue.dial(seller)
      await link.take(0)
      await link.pay([0], ({ items }) => (items[0]!.token = rogue.wallet.crypto.random(32)))
      await link.untilClosed()
      await bed.heard()
      await rogue.buy(true).catch((error: { code?: string }) => bed.saw(String(error.code)))
      const other = await bed.seller()
      await (await rogue.connect(other)).untilClosed()
    }
  }
]
