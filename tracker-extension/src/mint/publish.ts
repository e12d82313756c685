// The operator's two acts: to publish a content (F3) and to book a deposit that arrived (F2).

import {
  FloodgateError,
  PIECES_MAX,
  decodeOffer,
  equal,
  type Crypto,
  type ErrorCode
} from '@floodgate/protocol'
import type { LedgerStore } from '../ledger/index.ts'
import { readTorrent } from './torrent.ts'

/** Largest torrent file that is taken: 65,536 pieces need 1.3 MB of hashes; the rest is file names. */
export const TORRENT_MAX = 4 * 1024 * 1024

/** Characters; the ledger's limit for a title. */
const NAME_MAX = 1024

/** Whose contents, in which currency. */
export interface Publisher {
  store: LedgerStore
  crypto: Crypto
  /** The provider's root public key. */
  rootKey: Uint8Array
  currency: string
}

export interface Published {
  /** 40 hex digits. */
  infoHash: string
  name: string
  pieces: number
  /** Bytes, of a piece and of all. */
  pieceLength: number
  length: number
  /** Minor units a piece. */
  priceMinor: bigint
  mode: 'closed' | 'open'
  /** So many pieces from the first on cost nothing. */
  free: number
  /** False for what was withdrawn since it was put up for sale. */
  isForSale: boolean
}

function expect(holds: boolean, detail: string, code: ErrorCode = 'bad-request'): void {
  if (!holds) throw new FloodgateError(code, detail)
}

/**
 * Publishes a torrent file whose info dictionary carries our offer. It may be repeated; `since` (Unix milliseconds, now
 * unless it is said) is when it was put up for sale: what was withdrawn since then stays so. Throws `not-a-paid-torrent`,
 * `wrong-provider` (an offer of another provider) or `bad-request`, saying what is wrong with the file.
 */
export async function publish(
  publisher: Publisher,
  torrent: Uint8Array,
  since?: number
): Promise<Published> {
  const { store, crypto, rootKey, currency } = publisher
  expect(torrent.length <= TORRENT_MAX, 'torrent', 'too-long')
  const { info, infoHash, name, pieces, pieceLength, length, isPrivate } = readTorrent(torrent)
  const offer = decodeOffer(crypto, info)
  expect(equal(offer.rootKey, rootKey), 'the offer names another root key', 'wrong-provider')
  expect(offer.currency === currency, `the ledger is kept in ${currency}`)
  expect(offer.price > 0n, 'the price is 0')
  expect(isPrivate, 'a paid torrent must be private: no DHT, no PEX')
  expect(pieces <= PIECES_MAX, `more than ${PIECES_MAX} pieces: use larger ones`)
  expect(name.length <= NAME_MAX, 'the name is too long')
  const mode = offer.open ? 'open' : 'closed'
  const { free } = offer
  expect(free < pieces, 'all pieces are free: nothing is sold')
  const terms = { infoHash, pieces, priceMinor: offer.price, mode, free } as const
  const { withdrawnAt } = await store.execute({
    ...{ kind: 'publish', ...terms, currency, title: name, torrent },
    ...(since !== undefined && { since })
  })
  return { ...terms, name, pieceLength, length, isForSale: withdrawnAt === 0 }
}

/**
 * Books money that came in from outside for the account `uid` (32 hex digits). `id` names the deposit once and for all:
 * the same again books nothing, and answers false. Throws the ledger's `unknown-account`, `conflict` (the id with another
 * amount), `bad-command` and `too-large`.
 */
export async function deposit(
  store: LedgerStore,
  uid: string,
  amountMinor: bigint,
  reason: string,
  id: string,
  now = Date.now()
): Promise<boolean> {
  const done = await store.execute({ kind: 'deposit', uid, amountMinor, reason, id, now })
  return !done.repeated
}
