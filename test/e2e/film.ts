// A film for sale: random bytes on disk, the torrent file of a provider, and a port that is free.

import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import createTorrent from 'create-torrent'
import { encodeOffer, fromHex } from '@floodgate/protocol'

export interface FilmTerms {
  rootKey: string
  api: string
  pieceLength: number
  price: number
}

/** Writes `pieces` pieces to `path`; returns the torrent file. */
export async function makeFilm(
  path: string,
  pieces: number,
  { rootKey, api, pieceLength, price }: FilmTerms,
  random: () => number
): Promise<Uint8Array> {
  mkdirSync(dirname(path), { recursive: true })
  const bytes = Buffer.alloc(pieceLength * pieces)
  for (let at = 0; at < bytes.length; at += 4)
    bytes.writeUInt32BE(Math.floor(random() * 2 ** 32), at)
  writeFileSync(path, bytes)
  const offer = encodeOffer({
    ...{ rootKey: fromHex(rootKey), api, price: BigInt(price) },
    ...{ currency: 'EUR', open: false }
  })
  const announceList = [[`${api}/announce`]]
  const options = { private: true, pieceLength, announceList, info: { floodgate: offer } }
  return new Promise((resolve, reject) => {
    createTorrent(path, options, (error: Error | null, file: Uint8Array) =>
      error ? reject(error) : resolve(file)
    )
  })
}

/** Below the ports that systems give away by themselves: what is free now is free a moment later. */
const PORTS = { from: 20_000, to: 32_000 }

export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
