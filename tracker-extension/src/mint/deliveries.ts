// What the provider learns by itself of bytes that reached a buyer: from his own announces, which he signed at the time, and
// from sellers' claims for his purse. In memory, for a while: after a restart it knows less, and refuses less.

import type { Delivered } from './promise-judge.ts'

/** Purses, and accounts in a content, that are remembered at a time: 1 kB each as a rule, 12 kB with all moments. */
const KEYS_MAX = 20_000
/** Of an account in a content. It chooses its peer ids, and may choose as many as it likes. */
const CLIENTS_MAX = 8
/** Of a purse, and of all clients of an account in a content; beyond, every second one is forgotten. */
const MOMENTS_MAX = 128

interface Moment {
  time: number
  value: number
}

/** Which purchase. `pieceLength` in bytes. */
interface Purchase {
  uid: string
  infoHash: string
  purseId: string
  boughtAt: number
  pieceLength: number
  /** Tokens in the purse. */
  tokens: number
}

export class Deliveries {
  /** Bytes missing, by account, content and client. */
  readonly #left = new Map<string, Map<string, Moment[]>>()
  /** Tokens claimed in all, by purse. */
  readonly #claimed = new Map<string, Moment[]>()

  /** `left`: bytes missing of a content. */
  announced({ uid, infoHash, client, left, time }: Announced): void {
    if (!Number.isFinite(left)) return
    const key = `${uid} ${infoHash}`
    const clients = this.#left.get(key) ?? new Map<string, Moment[]>()
    const moment = { time, value: left }
    const moments = withMoment(clients.get(client), moment, MOMENTS_MAX / CLIENTS_MAX)
    remember(clients, client, moments, CLIENTS_MAX)
    remember(this.#left, key, clients, KEYS_MAX)
  }

  /** So many tokens more. */
  claimed(purseId: string, tokens: number, time: number): void {
    const before = this.#claimed.get(purseId)
    const value = (before?.at(-1)?.value ?? 0) + tokens
    const moments = withMoment(before, { time, value }, MOMENTS_MAX)
    remember(this.#claimed, purseId, moments, KEYS_MAX)
  }

  of({ uid, infoHash, purseId, boughtAt, pieceLength, tokens }: Purchase): Delivered[] {
    const clients = this.#left.get(`${uid} ${infoHash}`) ?? new Map<string, Moment[]>()
    const announced = [...clients.values()].flatMap((moments) => {
      // What came while the purse was under way its buyer did not count: it is the announce after the purchase that tells.
      const [purchase, ...later] = moments.filter(({ time }) => time >= boughtAt)
      return later.map(({ time, value }) => ({
        time,
        bytes: later[0]!.value - value,
        isAll: value === 0 && purchase!.value > 0
      }))
    })
    const claimed = (this.#claimed.get(purseId) ?? []).map(({ time, value }) => ({
      time,
      bytes: bytesOf(value, pieceLength),
      isAll: value >= tokens
    }))
    return [...announced, ...claimed]
  }
}

interface Announced {
  uid: string
  infoHash: string
  /** Peer id. */
  client: string
  left: number
  time: number
}

/** The last piece of a content may have one byte. */
export const bytesOf = (tokens: number, pieceLength: number): number =>
  tokens === 0 ? 0 : (tokens - 1) * pieceLength + 1

/** The first one always stays: it is what later ones are compared with. */
function withMoment(before: readonly Moment[] = [], moment: Moment, max: number): Moment[] {
  const moments = [...before, moment]
  return moments.length > max ? moments.filter((_, i) => i % 2 === 0) : moments
}

/** Puts it last; the one that was heard of longest ago makes room. */
function remember<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key)
  if (map.size === max) map.delete(map.keys().next().value!)
  map.set(key, value)
}
