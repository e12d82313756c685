// What is for sale in the lab: a few small pieces of random bytes, and the torrent that offers
// them.

import { createHash } from 'node:crypto'
import { encodeOffer, fromHex, platformCrypto } from '@floodgate/protocol'
import createTorrent from 'create-torrent'

export const BLOCK_BYTES = 16 * 1024
/** Two blocks: a piece can be half sent. */
const PIECE_BYTES = 2 * BLOCK_BYTES
export const CURRENCY = 'EUR'
/** Minor units for a piece. */
const PRICE = 2n

export interface Content {
  readonly torrent: Uint8Array
  /** 20 bytes. */
  readonly infoHash: Uint8Array
  readonly count: number
  /** Of all its pieces. */
  readonly indexes: number[]
  readonly pieceLength: number
  /** Of the blocks of a piece. */
  readonly offsets: number[]
  readonly price: bigint
  piece(index: number): Uint8Array
  /** SHA-1, 20 bytes. */
  pieceHash(index: number): Uint8Array
  /** Minor units for all of it. */
  readonly total: bigint
}

export const sha1 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha1').update(bytes).digest())

/**
 * Makes a content of `count` pieces and puts it on sale; `publish` answers its info hash in hex.
 */
export async function makeContent(
  count: number,
  seller: { rootKey: Uint8Array; api: string },
  publish: (torrent: Uint8Array) => Promise<{ infoHash: string }>
): Promise<Content> {
  const pieces = Array.from({ length: count }, () => platformCrypto.random(PIECE_BYTES))
  const options = {
    name: 'content',
    private: true,
    pieceLength: PIECE_BYTES,
    announceList: [[`${seller.api}/announce`]],
    info: { floodgate: encodeOffer({ ...seller, price: PRICE, currency: CURRENCY, open: false }) }
  }
  const torrent = await new Promise<Uint8Array>((resolve, reject) => {
    createTorrent(Buffer.concat(pieces), options, (error, made) =>
      error ? reject(error) : resolve(made)
    )
  })
  const { infoHash } = await publish(torrent)
  return {
    torrent,
    infoHash: fromHex(infoHash),
    count,
    indexes: [...pieces.keys()],
    pieceLength: PIECE_BYTES,
    offsets: [0, BLOCK_BYTES],
    price: PRICE,
    piece: (index) => pieces[index]!,
    pieceHash: (index) => sha1(pieces[index]!),
    total: PRICE * BigInt(count)
  }
}
