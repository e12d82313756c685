// Tokens and vouchers that are not what they seem: guessed, stolen, claimed or spent twice. Sellers
// check each one against the purse's root, the provider makes each one again (F40, F47, F59–F62,
// G5, G6, I1, I3).

import { decode, emptyBitmap, withBits } from '@floodgate/protocol'
import { claim } from '@floodgate/wallet'
import type { Bed } from './bed.ts'
import { claimRaw } from './door.ts'
import type { Attack } from './scenario.ts'
import { Stall } from './stall.ts'

/** A rogue that sold two pieces honestly, and how it stands. */
async function soldTwo(bed: Bed): Promise<Stall> {
  const buyer = await bed.buyer()
  const rogue = await bed.rogue(0n)
  const stall = new Stall(await rogue.dial(buyer, { has: Uint8Array.of(0xc0) }))
  await buyer.next('receipted')
  await bed.seller()
  await buyer.done()
  await stall.link.line.quiet()
  return stall
}

export const tokens: Attack[] = [
  {
    name: 'invalid-token',
    line: 'pieces are paid with random bytes, or with the token of another piece',
    bound: 0,
    defences: ['blacklisted bad-token', 'revoked bad-token', 'complaint proved'],
    async run(bed) {
      const sellers = [await bed.seller(), await bed.seller()]
      const rogue = await bed.rogueBuyer()
      for (const [index, seller] of sellers.entries()) {
        const link = await rogue.dial(seller)
        await link.take(index)
        await link.pay([index], ({ items }) => {
          const random = rogue.wallet.crypto.random(32)
          items[0]!.token = index === 0 ? random : rogue.purse!.tokens.token(7)
        })
        await link.untilClosed()
      }
    }
  },
  {
    name: 'guessed-tokens',
    line: 'a seller claims tokens that it was not paid, again and again',
    bound: 0,
    defences: ['too-many-requests'],
    async run(bed) {
      const { link, sale } = await soldTwo(bed)
      const { purse, payer } = sale!
      for (const index of bed.content.indexes) {
        const bitmap = withBits(emptyBitmap(bed.content.count), [index, (index + 1) % 8])
        await claimRaw(link.rogue, [{ purse: purse.purse, payer, bitmap, voucher: sale!.voucher! }])
      }
    }
  },
  {
    name: 'double-claim',
    line: 'a seller claims the same tokens again: same claim, another claim, twice in one claim',
    bound: 0,
    defences: ['nothing credited'],
    async run(bed) {
      const { link, sale } = await soldTwo(bed)
      const { purse, payer } = sale!
      const item = {
        purse: purse.purse,
        payer,
        bitmap: sale!.paid.slice(),
        voucher: sale!.voucher!
      }
      const session = link.rogue.wallet.crypto.random(32)
      await claimRaw(link.rogue, [item], session)
      await claimRaw(link.rogue, [item], session)
      await claimRaw(link.rogue, [item, item])
      await link.rogue.claim()
    }
  },
  {
    name: 'stolen-tokens',
    line: 'tokens and vouchers from the disk of an honest seller are claimed by somebody else',
    bound: 0,
    defences: ['bad-voucher', 'bad-signature'],
    async run(bed) {
      const seller = await bed.seller()
      await (await bed.buyer()).done()
      await seller.wallet.saved()
      const rogue = await bed.rogue(0n)
      for (const { purse, payer, paid, voucher } of seller.wallet.sales.all()) {
        await claimRaw(rogue, [{ purse: purse.purse, payer, bitmap: paid, voucher: voucher! }])
        // Under the buyer's name, with our key.
        const { session, counter, time, expiry, ...body } = decode(voucher!, 'voucher').message
        const mine = { ...body, payee: rogue.wallet.uid }
        const on = { session, counter, time, expiry }
        const forged = await rogue.wallet.signer.sign('voucher', mine, on)
        await claimRaw(rogue, [{ purse: purse.purse, payer, bitmap: paid, voucher: forged }])
      }
    }
  },
  {
    name: 'double-spend',
    line: 'a buyer pays two sellers with the same tokens, with money on its account',
    bound: 0,
    defences: ['offence on record'],
    async run(bed) {
      const sellers = [await bed.seller(), await bed.seller()]
      const rogue = await bed.rogue(2n * bed.content.total)
      await rogue.buy()
      for (const seller of sellers) await (await rogue.dial(seller)).buy(bed.content.indexes)
    }
  },
  {
    name: 'silent-pair',
    line: 'an accomplice is promised the same tokens, never complains, and claims after the honest seller',
    bound: 0,
    defences: ['offence on record', 'revoked double-spend'],
    async run(bed) {
      const seller = await bed.seller()
      const [rogue, accomplice] = [await bed.rogueBuyer(), await bed.rogue(0n)]
      const { indexes } = bed.content
      const promised = await rogue.promise(accomplice.wallet.uid, indexes)
      await (await rogue.dial(seller)).buy(indexes)
      await claim(seller.wallet)
      await claimRaw(accomplice, [promised])
    }
  },
  {
    name: 'split-brain',
    line: 'one account buys on two machines with one purse, and has no money beside it',
    bound: 0,
    defences: ['offence on record'],
    async run(bed) {
      const sellers = [await bed.seller(), await bed.seller()]
      const rogue = await bed.rogueBuyer()
      const machines = await Promise.all(sellers.map((seller) => rogue.dial(seller)))
      for (const machine of machines) await machine.buy(bed.content.indexes)
    }
  },
  {
    name: 'colluding-payee',
    line: 'an accomplice claims the whole purse first, then it is spent once more on honest sellers',
    bound: 0,
    defences: ['offence on record'],
    async run(bed) {
      const seller = await bed.seller()
      const [rogue, accomplice] = [await bed.rogueBuyer(), await bed.rogue(0n)]
      const { indexes } = bed.content
      await claimRaw(accomplice, [await rogue.promise(accomplice.wallet.uid, indexes)])
      await (await rogue.dial(seller)).buy(indexes)
    }
  }
]
