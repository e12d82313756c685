// What a stranger with a certificate may say: messages that are right, or wrong in one place, or signed noise.
// It knows the other side's books, so that the right ones fit and lead on to states that few get to.

import {
  ERRORS,
  MESSAGES,
  WINDOW_MAX,
  concat,
  emptyBitmap,
  encode,
  itemsHash,
  paidHash,
  withBits,
  xorInto
} from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import { damaged, type Random } from '../../support/random.ts'
import type { Stranger } from './stranger.ts'

/** The other side, and what is traded with it. */
export interface Mark {
  wallet: Wallet
  infoHash: Uint8Array
  pieceCount: number
  pieceHash(index: number): Uint8Array
}

type Saying = (random: Random, stranger: Stranger, mark: Mark) => Uint8Array | Promise<Uint8Array>

/** Mostly `right`. */
const nearly = (random: Random, right: Uint8Array): Uint8Array =>
  random.below(12) > 0 ? right : random.bytes(right.length)

const indexes = (random: Random, { pieceCount }: Mark): number[] => {
  const some = Array.from({ length: 1 + random.below(4) }, () => random.below(pieceCount))
  return random.below(40) > 0 ? some : [...some, 65_535]
}

const request: Saying = (random, stranger, mark) =>
  stranger.sign('request', {
    payee: nearly(random, mark.wallet.uid),
    infoHash: nearly(random, mark.infoHash),
    purse: nearly(random, purseOf(stranger.wallet, mark)),
    indexes: indexes(random, mark),
    resend: random.pick([0, 0, 0, 1, 2, 3])
  })

/** What the other side asked for last, promised truly or falsely. */
const delivery: Saying = (random, stranger, mark) => {
  const asked = stranger.lastHeard('request')
  const promised = asked?.indexes ?? indexes(random, mark)
  const { crypto } = stranger.wallet
  const hash = crypto.sha256(stranger.heard.get('request') ?? new Uint8Array())
  return stranger.sign('delivery', {
    payer: nearly(random, mark.wallet.uid),
    infoHash: nearly(random, mark.infoHash),
    purse: nearly(random, purseOf(mark.wallet, mark)),
    indexes: promised,
    hashes: nearly(random, concat(...promised.map((index) => mark.pieceHash(index)))),
    request: nearly(random, hash)
  })
}

/** Tokens for what is owed, or for anything, over what the seller holds. */
const payment: Saying = async (random, stranger, mark) => {
  const purse = stranger.wallet.purses.open(mark.infoHash)
  if (purse === undefined) return random.bytes(40)
  const sale = mark.wallet.sales.get(purse.id)
  const { crypto } = stranger.wallet
  const owed = [...(sale?.owed ?? [])]
  const paid = random.below(4) > 0 && owed.length > 0 ? owed : indexes(random, mark)
  const paidNow = [...new Set(paid)].filter((index) => index < purse.count)
  const items = paidNow.map((index) => ({
    index,
    token: nearly(random, purse.tokens.token(index)),
    path: random.below(12) > 0 ? purse.tokens.path(index) : random.bytes(32 * random.below(4))
  }))
  const xor = sale?.xor.slice() ?? new Uint8Array(32)
  for (const { token } of items) xorInto(xor, token)
  const voucher = await stranger.sign('voucher', {
    payee: nearly(random, mark.wallet.uid),
    purse: nearly(random, purse.id),
    count: (sale?.count ?? 0) + items.length + random.pick([0, 0, 0, 0, 0, 0, 1]),
    xor: nearly(random, xor),
    paid: nearly(
      random,
      paidHash(crypto, withBits(sale?.paid ?? emptyBitmap(purse.count), paidNow))
    ),
    items: nearly(random, itemsHash(crypto, items)),
    delivery: random.bytes(32)
  })
  return items.length === 0 ? voucher : encode('payment', { voucher, items })
}

/** With the voucher that the other side gave, if it gave one. */
const statement: Saying = (random, stranger, mark) =>
  encode('statement', {
    purse: nearly(random, purseOf(mark.wallet, mark)),
    limit: random.below(WINDOW_MAX + 1),
    owed: random.pick([[], indexes(random, mark).slice(0, WINDOW_MAX)]),
    paid: random.pick([
      emptyBitmap(mark.pieceCount),
      random.bytes(Math.ceil(mark.pieceCount / 8)),
      random.bytes(random.below(20))
    ]),
    voucher: random.pick([
      stranger.lastHeard('payment')?.voucher ?? new Uint8Array(),
      new Uint8Array(),
      random.bytes(random.pick([0, 0, 0, 0, 100]))
    ])
  })

const receipt: Saying = (random, stranger, mark) =>
  stranger.sign('receipt', {
    payer: nearly(random, mark.wallet.uid),
    purse: nearly(random, purseOf(mark.wallet, mark)),
    count: random.below(mark.pieceCount),
    voucher: random.bytes(32),
    limit: random.below(WINDOW_MAX + 1)
  })

const reject: Saying = (random, _stranger, mark) =>
  encode('reject', {
    code: random.pick([...Object.keys(ERRORS), '', '__proto__', 'constructor']),
    message: random.below(256),
    indexes: indexes(random, mark)
  })

const proof: Saying = (_random, stranger) => stranger.proof()

/** Messages that nobody says to a peer, or with a body that is none. */
const noise: Saying = (random) =>
  concat(
    Uint8Array.of(random.pick(Object.values(MESSAGES)).id),
    random.bytes(random.pick([0, 1, 30, 600, 3000]))
  )

/** Signed, and not for a session. */
const misplaced: Saying = (random, stranger) =>
  stranger.sign('accountRequest', { what: random.pick(['', 'account']) })

const SAYINGS: readonly Saying[] = [
  ...[request, request, delivery, delivery, payment, payment, statement, statement, statement],
  ...[receipt, reject, reject, proof, noise, misplaced]
]

/** A message, of which every tenth was damaged on its way. */
export async function anySaying(
  random: Random,
  stranger: Stranger,
  mark: Mark
): Promise<Uint8Array> {
  const message = await random.pick(SAYINGS)(random, stranger, mark)
  return random.below(10) > 0 ? message : damaged(random, message)
}

function purseOf(wallet: Wallet, { infoHash }: Mark): Uint8Array {
  return wallet.purses.open(infoHash)?.id ?? new Uint8Array(16)
}
