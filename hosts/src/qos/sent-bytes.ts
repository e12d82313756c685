// What the provider sent of each content, over HTTP and in all, since its first day and since midnight UTC. A budget is to hold
// over restarts (W16), so it is kept in a file; a crash forgets the last seconds.

import { z } from 'zod'
import { FloodgateError } from '@floodgate/protocol'
import { readIfThere, writePrivate } from '../provider/home.ts'

const entry = z.strictObject({
  all: z.int().min(0),
  http: z.int().min(0),
  /** Days since 1970, and what was sent on that one. */
  day: z.int(),
  today: z.int().min(0)
})
const file = z.record(z.string(), entry)

type Entry = z.infer<typeof entry>

const DAY_MS = 86_400_000

export class SentBytes {
  readonly #path: string
  readonly #entries: Map<string, Entry>
  #isSaved = true

  private constructor(path: string, entries: Record<string, Entry>) {
    this.#path = path
    this.#entries = new Map(Object.entries(entries))
  }

  /** Throws `bad-option` when the file is damaged. */
  static async open(path: string): Promise<SentBytes> {
    const text = await readIfThere(path)
    if (text === undefined) return new SentBytes(path, {})
    try {
      return new SentBytes(path, file.parse(JSON.parse(text)))
    } catch {
      throw new FloodgateError('bad-option', `${path} is damaged; without it, bytes count from 0`)
    }
  }

  add(infoHash: string, way: 'peers' | 'http', bytes: number, now: number): void {
    const { all, http, today } = this.of(infoHash, now)
    const day = Math.floor(now / DAY_MS)
    const byHttp = way === 'http' ? http + bytes : http
    this.#entries.set(infoHash, { all: all + bytes, http: byHttp, day, today: today + bytes })
    this.#isSaved = false
  }

  /** Bytes so far, as a sample has them. */
  of(infoHash: string, now: number): { all: number; today: number; http: number } {
    const { all, http, day, today } = this.#entries.get(infoHash) ?? NONE
    return { all, http, today: day === Math.floor(now / DAY_MS) ? today : 0 }
  }

  /** Writes what has changed. */
  async save(): Promise<void> {
    if (this.#isSaved) return
    this.#isSaved = true
    try {
      await writePrivate(this.#path, `${JSON.stringify(Object.fromEntries(this.#entries))}\n`)
    } catch (error) {
      this.#isSaved = false
      throw error
    }
  }
}

const NONE: Entry = { all: 0, http: 0, day: 0, today: 0 }
