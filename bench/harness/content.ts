// Contents to trade: pseudo-random files, and torrents of them, for sale or not.

import { createCipheriv, randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import { encodeOffer, type SealedTerms } from '@floodgate/protocol'
import createTorrent from 'create-torrent'
import { MIB } from './figures.ts'

export const CURRENCY = 'EUR'
/** Minor units a piece. */
export const PRICE = 2n

export interface Content {
  name: string
  /** The folder that the file lies in. */
  folder: string
  bytes: number
}

/** Writes a file of bytes that do not compress and repeat nowhere, others each time: AES in counter mode over zeros. */
export async function writeContent(folder: string, bytes: number): Promise<Content> {
  const cipher = createCipheriv('aes-128-ctr', randomBytes(16), Buffer.alloc(16))
  const zeros = Buffer.alloc(MIB)
  function* chunks(): Generator<Uint8Array> {
    for (let at = 0; at < bytes; at += MIB) {
      yield cipher.update(zeros.subarray(0, Math.min(MIB, bytes - at)))
    }
  }
  const name = 'content.bin'
  await pipeline(Readable.from(chunks()), createWriteStream(join(folder, name)))
  return { name, folder, bytes }
}

/** Who sells. */
export interface Seller {
  url: string
  rootKey: Uint8Array
}

export interface TorrentWish {
  pieceLength: number
  /** Puts it on sale. */
  seller?: Seller
  /** May strangers have it for nothing? */
  open?: boolean
  /** Its bytes are sealed until then. */
  sealed?: SealedTerms
  /** Trackers; by default the seller's, or none. They are no part of the info hash. */
  announce?: string[]
}

/** A torrent file: private, so that peers come from nowhere but where the benchmark wants them from. */
export function makeTorrent({ folder, name }: Content, wish: TorrentWish): Promise<Uint8Array> {
  const { pieceLength, seller, open = false, sealed } = wish
  const trackers = wish.announce ?? (seller === undefined ? [] : [`${seller.url}/announce`])
  const offer =
    seller &&
    encodeOffer({
      rootKey: seller.rootKey,
      api: seller.url,
      price: PRICE,
      currency: CURRENCY,
      open,
      ...(sealed && { sealed })
    })
  return new Promise((resolve, reject) => {
    createTorrent(
      join(folder, name),
      {
        name,
        private: true,
        pieceLength,
        announceList: trackers.map((url) => [url]),
        info: offer && { floodgate: offer }
      },
      (error, file) => (error ? reject(error) : resolve(file))
    )
  })
}
