// Claims as honest sellers make them, signed and sealed beforehand: each goes on from the last voucher of its purse.

import {
  createSigner,
  emptyBitmap,
  paidHash,
  platformCrypto as crypto,
  providerIdOf,
  sealTo,
  setBit,
  tokenAt,
  xorInto,
  type Message,
  type Signer
} from '@floodgate/protocol'
import type { AccountWish, SoldPurse } from './ledger-stock.ts'

const DAY_MS = 86_400e3

export interface Trader {
  account: AccountWish
  signer: Signer
}

/** Keys of a new account. */
export function newTrader(rootKey: Uint8Array): Trader {
  const key = crypto.signKey(crypto.random(32))
  const uid = crypto.random(16)
  const boxKey = crypto.boxPublicKey(crypto.random(32))
  const signer = createSigner(crypto, key, uid, providerIdOf(crypto, rootKey))
  return { account: { uid, signKey: key.publicKey, boxKey }, signer }
}

/** What one seller has been paid out of one purse. */
interface Paid {
  sold: SoldPurse
  buyer: Trader
  bitmap: Uint8Array
  xor: Uint8Array
  count: number
}

export interface ClaimPlan {
  seller: Trader
  /** From these it was paid, in turn. */
  purses: { sold: SoldPurse; buyer: Trader }[]
  pieces: number
  /** The first token of each purse that is this seller's. */
  firstToken?: number
  /** How many claims, how many purses in each, and how many new tokens of each purse. */
  claims: number
  pursesPerClaim: number
  tokensPerPurse: number
  /** The provider's box key. */
  boxKey: Uint8Array
}

/** The bodies to post, in order. */
export async function makeClaims(plan: ClaimPlan): Promise<Uint8Array[]> {
  const books = plan.purses.map((purse): Paid => ({
    ...purse,
    bitmap: emptyBitmap(plan.pieces),
    xor: new Uint8Array(32),
    count: 0
  }))
  const bodies: Uint8Array[] = []
  let next = 0
  for (let at = 0; at < plan.claims; at++) {
    const purses: Message<'claim'>['purses'] = []
    for (let item = 0; item < plan.pursesPerClaim; item++) {
      purses.push(await pay(plan, books[next++ % books.length]!))
    }
    bodies.push(await sealed(plan, purses))
  }
  return bodies
}

/** The buyer pays some more tokens: a new voucher over all so far. */
async function pay(plan: ClaimPlan, book: Paid): Promise<Message<'claim'>['purses'][number]> {
  const first = (plan.firstToken ?? 0) + book.count
  if (first + plan.tokensPerPurse > plan.pieces) throw new Error('too few tokens in the purses')
  for (let index = first; index < first + plan.tokensPerPurse; index++) {
    setBit(book.bitmap, index)
    xorInto(book.xor, tokenAt(crypto, book.sold.seed, index))
  }
  book.count += plan.tokensPerPurse
  const { purse } = book.sold
  const payee = plan.seller.account.uid
  const { count, xor } = book
  const paid = paidHash(crypto, book.bitmap)
  const body = {
    ...{ payee, purse, count, xor: xor.slice(), paid },
    ...{ items: crypto.random(32), delivery: crypto.random(32) }
  }
  const time = Date.now()
  const voucher = await book.buyer.signer.sign('voucher', body, { time, expiry: time + DAY_MS })
  return { purse, payer: book.buyer.account.uid, bitmap: book.bitmap.slice(), voucher }
}

async function sealed(plan: ClaimPlan, purses: Message<'claim'>['purses']): Promise<Uint8Array> {
  const time = Date.now()
  const occasion = { session: crypto.random(32), time, expiry: time + DAY_MS }
  const frame = await plan.seller.signer.sign('claim', { purses }, occasion)
  return sealTo(crypto, plan.boxKey, frame)
}
