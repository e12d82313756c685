// Makes the torrent of a content for sale: private, with our offer in its info dictionary and our tracker alone.

import { stat } from 'node:fs/promises'
import { FloodgateError, concat, encodeOffer, utf8, type Offer } from '@floodgate/protocol'
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

/** Bytes of a piece. Throws `bad-option` unless it is a power of two from 16 KiB on. */
export function expectPieceLength(bytes: number): number {
  if (bytes >= PIECE_MIN && Number.isInteger(Math.log2(bytes))) return bytes
  throw new FloodgateError('bad-option', 'the piece length is a power of two from 16k on')
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
  if (pieceLength !== undefined) expectPieceLength(pieceLength)
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
  /** Is the content a file, not a directory? */
  isOneFile: boolean
}

/** What people want to know of a torrent file that we made. */
export async function describeTorrent(torrent: Uint8Array): Promise<TorrentFacts> {
  const { infoHash, pieces, length, name, announce, files } = await parseTorrent(torrent)
  const magnet = toMagnetURI({ infoHash, name, announce })
  const isOneFile = files.length === 1 && files[0]!.path === name
  return { infoHash, pieces: pieces.length, length, magnet, isOneFile }
}

/**
 * The torrent with a web seed (BEP 19). Its URL names the info hash, so it comes last; and as `url-list` is the last of all
 * keys in the order of bytes, it goes in before the dictionary's end.
 */
export function withWebSeed(torrent: Uint8Array, url: string): Uint8Array {
  const entry = `8:url-list${utf8(url).length}:${url}e`
  return concat(torrent.subarray(0, -1), utf8(entry))
}
