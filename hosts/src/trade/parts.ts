// Which part of a content to buy: whole files by their number, or ranges of pieces. Only that is selected in the torrent,
// and so only that is bought, fetched and paid.

import { FloodgateError } from '@floodgate/protocol'
import type { Torrent } from 'webtorrent'

export interface Parts {
  /** Numbers of files, from 1 on, in the order of the torrent. */
  files?: readonly number[]
  /** First and last index of each range, from 0 on. */
  pieces?: readonly (readonly [first: number, last: number])[]
}

/** `1,3` for commander. Throws `bad-option`. */
export function parseFiles(text: string): number[] {
  const numbers = text.split(',').map((one) => (/^[1-9]\d{0,5}$/.test(one) ? Number(one) : NaN))
  if (numbers.every((one) => one > 0)) return numbers
  throw new FloodgateError('bad-option', `numbers of files such as 1,3, not ${text}`)
}

/** `0-99,200` for commander. Throws `bad-option`. */
export function parsePieces(text: string): [number, number][] {
  return text.split(',').map((one) => {
    const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(one)
    const [first, last] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])]
    if (found !== null && first <= last) return [first, last]
    throw new FloodgateError('bad-option', `pieces such as 0-99,200, not ${text}`)
  })
}

/** First and last pieces of what is wanted: all when nothing was said. Throws `bad-option` for what is not there. */
function rangesOf(torrent: Torrent, { files, pieces }: Parts): [number, number][] {
  const count = torrent.pieces.length
  if (files === undefined && pieces === undefined) return [[0, count - 1]]
  const beyond = pieces?.find(([, last]) => last >= count)
  if (beyond !== undefined)
    throw new FloodgateError('bad-option', `--pieces: the last is ${count - 1}`)
  return [...(files ?? []).map((one) => rangeOf(torrent, one)), ...(pieces ?? [])].map(
    ([first, last]) => [first, last]
  )
}

function rangeOf({ files, pieceLength }: Torrent, number: number): [number, number] {
  const file = files[number - 1]
  if (file === undefined)
    throw new FloodgateError('bad-option', `--files: there are ${files.length}`)
  const { offset, length } = file
  return [
    Math.floor(offset / pieceLength),
    Math.floor((offset + Math.max(1, length) - 1) / pieceLength)
  ]
}

/** The part of one torrent that is wanted. */
export class Selection {
  readonly #torrent: Torrent
  readonly #wanted = new Set<number>()

  /** Selects it; the torrent was added with nothing selected. Throws `bad-option`. */
  constructor(torrent: Torrent, parts: Parts) {
    this.#torrent = torrent
    for (const [first, last] of rangesOf(torrent, parts)) {
      for (let index = first; index <= last; index++) this.#wanted.add(index)
      torrent.select(first, last, 0)
    }
  }

  /** How many pieces it has. */
  get count(): number {
    return this.#wanted.size
  }

  /** How many of them satisfy. */
  countWhere(satisfies: (index: number) => boolean): number {
    return [...this.#wanted].filter(satisfies).length
  }

  /** Those of it that are not here, and are meant. */
  missing(isMeant: (index: number) => boolean): number[] {
    return [...this.#wanted].filter((index) => !this.#torrent.bitfield.get(index) && isMeant(index))
  }

  get isHere(): boolean {
    return this.#isHere(() => true)
  }

  #isHere(isMeant: (index: number) => boolean): boolean {
    // Asked with each piece that comes: it ends at the first that is missing.
    for (const index of this.#wanted) {
      if (!this.#torrent.bitfield.get(index) && isMeant(index)) return false
    }
    return true
  }

  /** Resolves when all of it is here, or those that are meant. */
  whenHere(isMeant = (_: number): boolean => true): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!this.#isHere(isMeant)) return
        this.#torrent.off('verified', look)
        this.#torrent.off('ready', look)
        resolve()
      }
      this.#torrent.on('verified', look)
      this.#torrent.on('ready', look)
      if (this.#torrent.ready) look()
    })
  }
}
