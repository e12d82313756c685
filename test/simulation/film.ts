// What is for sale in a simulation: a film of a few short pieces, and the provider that sells it. Both are made once for
// each cryptography, since nothing in a schedule depends on them.

import { createHash } from 'node:crypto'
import { Samples } from '@floodgate/wire'
import { concat, encodeOffer, fromHex, platformCrypto, type Crypto } from '@floodgate/protocol'
import {
  createProviderKeys,
  memoryLedger,
  publish,
  type Published,
  type ProviderKeys
} from '@floodgate/tracker'
import { bencode } from '../tracker/mint/world.ts'
import { seededBytes } from './chance.ts'
import { pretendCrypto, type Seeds } from './pretend-crypto.ts'

/** When every schedule begins; Unix milliseconds. */
export const START = 1_800_000_000_000
export const PIECE_LENGTH = 16
export const PRICE = 3n
export const CURRENCY = 'EUR'

export interface Film extends Published {
  infoHashBytes: Uint8Array
  torrent: Uint8Array
  /** The true bytes of each piece, and their SHA-1. */
  bytes: Uint8Array[]
  hashes: Uint8Array[]
}

const sha1 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha1').update(bytes).digest())

async function makeFilm(crypto: Crypto, rootKey: Uint8Array, pieces: number): Promise<Film> {
  const random = seededBytes(`film ${pieces}`)
  const bytes = Array.from({ length: pieces }, () => random(PIECE_LENGTH))
  const hashes = bytes.map(sha1)
  const offer = { rootKey, api: 'http://provider.sim', price: PRICE, currency: CURRENCY }
  const info = {
    ...{ name: 'film', length: pieces * PIECE_LENGTH, 'piece length': PIECE_LENGTH, private: 1 },
    ...{ pieces: concat(...hashes), floodgate: encodeOffer({ ...offer, open: false }) }
  }
  const torrent = bencode({ announce: 'http://provider.sim/announce', info })
  const store = memoryLedger({ currency: CURRENCY })
  const published = await publish({ store, crypto, rootKey, currency: CURRENCY }, torrent)
  return { ...published, infoHashBytes: fromHex(published.infoHash), torrent, bytes, hashes }
}

/** A provider's keys and films under one cryptography; schedules get libraries that share its secrets, not each other's. */
export class Studio {
  readonly isReal: boolean
  readonly #seeds: Seeds = new Map()
  readonly #films = new Map<number, Promise<Film>>()
  #keys: Promise<ProviderKeys> | undefined

  constructor(isReal: boolean) {
    this.isReal = isReal
  }

  /** A cryptography whose every random byte comes from `seed`. */
  crypto(seed: number | string, seeds: Seeds = new Map()): Crypto {
    const crypto = this.isReal ? platformCrypto : pretendCrypto(seeds, this.#seeds)
    return { ...crypto, random: seededBytes(seed) }
  }

  keys(): Promise<ProviderKeys> {
    this.#keys ??= createProviderKeys(this.crypto('provider', this.#seeds), START)
    return this.#keys
  }

  film(pieces: number): Promise<Film> {
    let film = this.#films.get(pieces)
    if (film === undefined) {
      film = this.keys().then(({ rootKey }) => makeFilm(this.crypto('film'), rootKey, pieces))
      this.#films.set(pieces, film)
    }
    return film
  }
}

/** Nothing of this film is free. */
export const noSamples = (): Samples => new Samples({ free: 0, pieceLength: () => PIECE_LENGTH })
