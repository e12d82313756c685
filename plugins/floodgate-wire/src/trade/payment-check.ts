// What a seller checks of a payment before it takes it, with bytes in hand and no message to anybody (F35, F40, F42): that
// the tokens are the purse's, and that the buyer's voucher covers just these and what was paid before. Changes nothing.

import {
  FloodgateError,
  checkToken,
  decode,
  equal,
  hasBit,
  itemsHash,
  paidHash,
  withBits,
  xorInto
} from '@floodgate/protocol'
import type { Sale, Wallet } from '@floodgate/wallet'
import type { Party } from './handshake.ts'

/** What `Sale.accept` takes. */
interface Good {
  is: 'good'
  indexes: number[]
  xor: Uint8Array
  count: number
  voucher: Uint8Array
}

/** The sale that the payment is for, and what it is worth. */
export type Checked = { sale: Sale } & Finding

type Finding =
  | Good
  /** Said before: our receipt was lost. */
  | { is: 'known' }
  /** An earlier payment is missing: the buyer fills the gap when it hears what we hold. */
  | { is: 'gap' }
  /** The token of `index` is not the purse's, and the buyer's signature stands under it (F61). */
  | { is: 'false'; index: number }

/** Checks a `payment`, cheap refusals first. Throws `bad-voucher`, `bad-token` and what the codec and `Trust` throw. */
export async function checkPayment(
  wallet: Wallet,
  saleOf: (purse: Uint8Array) => Sale | undefined,
  buyer: Party,
  frame: Uint8Array
): Promise<Checked> {
  const { crypto } = wallet
  const { message: payment } = decode(frame, 'payment')
  const { message: voucher } = decode(payment.voucher, 'voucher')
  const sale = saleOf(voucher.purse)
  if (sale === undefined || !equal(voucher.payee, wallet.uid)) {
    throw new FloodgateError('bad-voucher')
  }
  const news = payment.items.filter((item) => !hasBit(sale.paid, item.index))
  const indexes = news.map(({ index }) => index)
  if (new Set(indexes).size !== indexes.length) {
    throw new FloodgateError('bad-voucher', 'a token twice')
  }
  if (news.length === 0) return { sale, is: 'known' }
  if (!equal(voucher.items, itemsHash(crypto, payment.items))) {
    throw new FloodgateError('bad-voucher', 'items')
  }
  const wrong = news.find(
    ({ index, token, path }) => !checkToken(crypto, sale.purse, index, token, path)
  )
  if (wrong !== undefined) {
    await wallet.trust.signedBy('voucher', payment.voucher, buyer.certificate)
    return { sale, is: 'false', index: wrong.index }
  }
  const { count } = voucher
  const xor = sale.xor.slice()
  for (const { token } of news) xorInto(xor, token)
  if (count !== sale.count + news.length || !equal(voucher.xor, xor)) return { sale, is: 'gap' }
  if (!equal(voucher.paid, paidHash(crypto, withBits(sale.paid, indexes)))) {
    throw new FloodgateError('bad-voucher', 'bitmap')
  }
  await wallet.trust.signedBy('voucher', payment.voucher, buyer.certificate)
  // Another connection may have been faster while the signature was checked.
  if (count !== sale.count + news.length) return { sale, is: 'gap' }
  return { sale, is: 'good', indexes, xor, count, voucher: payment.voucher }
}
