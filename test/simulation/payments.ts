// How colluders pay: rightly, or with one thing wrong. The signature is always their own and true.

import { encode, itemsHash, paidHash, withBits } from '@floodgate/protocol'
import type { RogueEnd } from './rogue-end.ts'

/** What is wrong with a payment. */
export type PayFault =
  'token' | 'path' | 'sum' | 'count' | 'paid' | 'items' | 'payee' | 'twice' | 'index' | 'signature'

/** Pays the seller on this connection for these pieces; what is right goes into the books. */
export async function payWith(
  end: RogueEnd,
  indexes: number[],
  fault: PayFault | undefined
): Promise<void> {
  const { purse, gang, peer } = end
  if (purse === undefined || !end.isOpen) return
  const { crypto } = gang.world
  const { tokens, certificate } = purse
  const sums = gang.loot.sumsWith(purse, peer.uid, indexes)
  const wrong = crypto.random(32)
  const items = indexes.map((index) => ({
    index: fault === 'index' ? (index + 1) % certificate.count : index,
    token: fault === 'token' ? wrong : tokens.token(index),
    path: fault === 'path' ? wrong : tokens.path(index)
  }))
  if (fault === 'twice') items.push(items[0]!)
  const payee = fault === 'payee' ? end.member.uid : gang.world.uidOf(peer)
  const bitmap = fault === 'paid' ? withBits(sums.bitmap, [0, 1]) : sums.bitmap
  const voucher = await end.sign('voucher', {
    ...{ payee, purse: certificate.purse, delivery: new Uint8Array(32) },
    count: sums.count + (fault === 'count' ? 1 : 0),
    xor: fault === 'sum' ? wrong : sums.xor,
    paid: paidHash(crypto, bitmap),
    items: fault === 'items' ? wrong : itemsHash(crypto, items)
  })
  if (fault === 'signature') voucher[voucher.length - 40]! ^= 1
  const payment = encode('payment', { voucher, items })
  end.say(payment)
  gang.keepOwn('payment', payment, end, indexes)
  if (fault !== undefined) return
  const { loot } = gang
  loot.add(loot.book(purse.id, peer.uid, certificate.count), items, voucher)
}
