// Makes the torrent of a content for sale: private, with our offer in its info dictionary and our tracker alone.

import { stat } from 'node:fs/promises'
import { FloodgateError, encodeOffer, type Offer } from '@floodgate/protocol'
import createTorrent, { parseInput } from 'create-torrent'
import parseTorrent, { toMagnetURI } from 'parse-torrent'

const PIECE_MIN = 16 * 1024

/** Bytes that would be for sale. Throws `bad-option` when there are none, and what the file system says. */
export async function contentLength(path: string): Promise<number> {
  const found = await stat(path)
  if (!found.isFile() && !found.isDirectory()) {
    throw new FloodgateError('bad-option', `${path} is neither a file nor a directory`)
  }
  const files = await new Promise<{ length: number }[]>((resolve, reject) => {
    parseInput(path, (error, all) => (error ? reject(error) : resolve(all)))
  })
  const length = files.reduce((sum, file) => sum + file.length, 0)
  if (length > 0) return length
  throw new FloodgateError('bad-option', `${path} is empty: there is nothing to sell`)
}

interface TorrentRequest {
  /** File or directory. */
  path: string
  name: string
  offer: Offer
  /** Bytes; a power of two from 16 KiB on. WebTorrent's choice by default. */
  pieceLength?: number
  onProgress?: (hashed: number, length: number) => void
}

/** Throws `bad-option` for an odd piece length and when everything would be free, and what the file system says. */
export async function makeTorrent(request: TorrentRequest): Promise<Uint8Array> {
  const { path, name, offer, pieceLength, onProgress } = request
  if (
    pieceLength !== undefined &&
    !(pieceLength >= PIECE_MIN && Number.isInteger(Math.log2(pieceLength)))
  ) {
    throw new FloodgateError('bad-option', 'the piece length is a power of two from 16k on')
  }
  const options = {
    ...{ name, pieceLength, onProgress },
    private: true,
    announceList: [[`${offer.api}/announce`]],
    createdBy: 'Floodgate',
    info: { floodgate: encodeOffer(offer) }
  }
  const torrent = await new Promise<Uint8Array>((resolve, reject) => {
    createTorrent(path, options, (error, made) => (error ? reject(error) : resolve(made)))
  })
  if ((await describeTorrent(torrent)).pieces > offer.free) return torrent
  throw new FloodgateError('bad-option', 'all pieces would be free: nothing would be sold')
}

interface TorrentFacts {
  infoHash: string
  pieces: number
  /** Bytes of all files. */
  length: number
  /** Names the info hash, the name and our tracker. */
  magnet: string
}

/** What people want to know of a torrent file that we made. */
export async function describeTorrent(torrent: Uint8Array): Promise<TorrentFacts> {
  const { infoHash, pieces, length, name, announce } = await parseTorrent(torrent)
  const magnet = toMagnetURI({ infoHash, name, announce })
  return { infoHash, pieces: pieces.length, length, magnet }
}
