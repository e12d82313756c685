// Virtual time: what happens, in the order of its time, one event after the other, each with all its consequences. While
// a schedule runs, the timers of the process are its timers.

import type { Clock } from '@floodgate/wire'

interface Entry {
  at: number
  order: number
  action: (() => void) | undefined
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order)

/** Refusals are errors too, and there are many: their stacks would cost more than they tell. */
const STACK_LINES = 3

/** Resolves when all promises that can settle have settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export class Timeline implements Clock {
  /** A heap: no entry is before the one at half its place. */
  readonly #entries: Entry[] = []
  #now = 0
  #order = 0
  events = 0

  /** Virtual milliseconds since the begin. */
  now(): number {
    return this.#now
  }

  after(delayMs: number, action: () => void): () => void {
    const entry: Entry = { at: this.#now + delayMs, order: this.#order++, action }
    this.#rise(entry)
    return () => {
      entry.action = undefined
    }
  }

  /** Everything stands still for so long, as on a machine that is asleep. */
  sleep(forMs: number): void {
    this.#now += forMs
    for (const entry of this.#entries) entry.at += forMs
  }

  #rise(entry: Entry): void {
    const entries = this.#entries
    let at = entries.push(entry) - 1
    for (let above = (at - 1) >> 1; at > 0 && isBefore(entry, entries[above]!);) {
      entries[at] = entries[above]!
      at = above
      above = (at - 1) >> 1
    }
    entries[at] = entry
  }

  #take(): Entry | undefined {
    const entries = this.#entries
    const first = entries[0]
    const last = entries.pop()
    if (last === undefined || entries.length === 0) return first
    let at = 0
    for (let next = 1; next < entries.length; next = 2 * at + 1) {
      if (next + 1 < entries.length && isBefore(entries[next + 1]!, entries[next]!)) next++
      if (!isBefore(entries[next]!, last)) break
      entries[at] = entries[next]!
      at = next
    }
    entries[at] = last
    return first
  }

  /** Plays events until `done`, or until nothing is left before `untilMs`; then that is the time. */
  async play(untilMs: number, done: () => boolean, check: () => void): Promise<void> {
    await settled()
    while (!done()) {
      const next = this.#entries[0]
      if (next === undefined || next.at > untilMs) {
        this.#now = Math.max(this.#now, untilMs)
        return
      }
      this.#take()
      if (next.action === undefined) continue
      this.#now = next.at
      this.events++
      next.action()
      await settled()
      check()
    }
  }
}

/** Runs `work` with the timers and the `fetch` of this process replaced. */
export async function withDoors<T>(
  timeline: Timeline,
  fetch: (url: string, body: Uint8Array | undefined) => Promise<Response>,
  work: () => Promise<T>
): Promise<T> {
  const { setTimeout, clearTimeout, fetch: realFetch } = globalThis
  const { timeout } = AbortSignal
  Object.assign(globalThis, {
    setTimeout: (action: () => void, delayMs = 0) => timeline.after(delayMs, action),
    clearTimeout: (callOff?: () => void) => callOff?.(),
    fetch: (url: string, options: { body?: Uint8Array }) => fetch(url, options.body)
  })
  AbortSignal.timeout = () => new AbortController().signal
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = STACK_LINES
  try {
    return await work()
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout, fetch: realFetch })
    AbortSignal.timeout = timeout
    Error.stackTraceLimit = stackTraceLimit
  }
}
