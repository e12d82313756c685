// A buyer, a seller and a stranger with keys, a purse, and what they sign: for the tests of the court.

import {
  createSigner,
  emptyBitmap,
  encode,
  itemsHash,
  makeTokens,
  paidHash,
  platformCrypto as crypto,
  toHex,
  withBits,
  xorOfTokens,
  type Evidence,
  type Facts,
  type Message
} from '@floodgate/protocol'

export const COUNT = 20
export const provider = crypto.random(32)
export const infoHash = crypto.random(20)
export const purse = crypto.random(16)
const seed = crypto.random(32)
const tokens = makeTokens(crypto, seed, COUNT)
export const hashOf = (index: number) => crypto.sha256(Uint8Array.of(index)).slice(0, 20)
export const on = { time: 5, expiry: 9 }

function person() {
  const uid = crypto.random(16)
  const key = crypto.signKey(crypto.random(32))
  return { uid, key, signer: createSigner(crypto, key, uid, provider) }
}
export const [buyer, seller, other] = [person(), person(), person()]
type Person = typeof buyer
export const NOBODY = new Uint8Array(16)

export const facts: Facts = {
  crypto,
  provider,
  signKeys: (uid) =>
    [buyer, seller, other]
      .filter((one) => toHex(one.uid) === toHex(uid))
      .map((p) => p.key.publicKey),
  purse: (id) =>
    toHex(id) === toHex(purse)
      ? { uid: buyer.uid, infoHash, count: COUNT, pieces: [0, COUNT], root: tokens.root }
      : undefined,
  pieceHash: (_, index) => (index < COUNT ? hashOf(index) : undefined)
}

export const item = (index: number, token = tokens.token(index)) => ({
  index,
  token,
  path: tokens.path(index)
})

interface Paid {
  payee?: Person
  by?: Person
  items?: Message<'payment'>['items']
  change?: Partial<Message<'voucher'>>
}

/** A voucher over these pieces, and its bitmap. */
export async function voucher(
  indexes: number[],
  { payee = seller, by = buyer, items, change }: Paid = {}
) {
  const bitmap = withBits(emptyBitmap(COUNT), indexes)
  const body = {
    ...{ payee: payee.uid, purse, count: indexes.length },
    ...{ xor: xorOfTokens(crypto, seed, bitmap), paid: paidHash(crypto, bitmap) },
    ...{ items: itemsHash(crypto, items ?? indexes.map((index) => item(index))) },
    ...{ delivery: new Uint8Array(32), ...change }
  }
  return { bitmap, frame: await by.signer.sign('voucher', body, on) }
}

export async function payment(indexes: number[], paid: Paid = {}) {
  const { frame } = await voucher(indexes, paid)
  const items = paid.items ?? indexes.map((index) => item(index))
  return encode('payment', { voucher: frame, items })
}

export const request = (change: Partial<Message<'request'>> = {}, by = buyer) =>
  by.signer.sign(
    'request',
    { payee: seller.uid, infoHash, purse, indexes: [3, 4], resend: 0, ...change },
    on
  )

export const delivery = (change: Partial<Message<'delivery'>> = {}, by = seller) =>
  by.signer.sign(
    'delivery',
    {
      ...{ payer: buyer.uid, infoHash, purse, indexes: [3] },
      ...{ hashes: hashOf(9), request: new Uint8Array(32), ...change }
    },
    on
  )

export const receipt = (of: Uint8Array, change: Partial<Message<'receipt'>> = {}, by = seller) =>
  by.signer.sign(
    'receipt',
    { payer: buyer.uid, purse, count: 2, voucher: crypto.sha256(of), limit: 1, ...change },
    on
  )

export function evidence(
  kind: string,
  frames: Uint8Array[],
  change: Partial<Evidence> = {}
): Evidence {
  const [accuser, accused] = kind === 'bad-delivery' ? [buyer, seller] : [seller, buyer]
  const parties = { accuser: accuser.uid, accused: accused.uid }
  return { kind, ...parties, infoHash, purse, index: 3, count: 4, frames, ...change }
}
