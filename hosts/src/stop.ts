// Ends work when the user asks for it: the first SIGINT or SIGTERM aborts a signal, so that everything can be put away;
// the second one does not wait.

import { EXIT_STOPPED, Stopped } from './failures.ts'

/**
 * Ctrl-C reaches the whole process group, and npx and shells pass it on as well: signals that come so close are one wish. What
 * is passed on takes milliseconds, a person who lost patience takes longer.
 */
const ONE_WISH_MS = 500
/** For a parent that is gone. */
const LOOK_EVERY_MS = 500

export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = (): void => controller.abort(new Stopped())
  const signalled = wishes(stop)
  process.on('SIGINT', signalled)
  process.on('SIGTERM', signalled)
  // What our launcher heard, we may have heard as well: each counts for itself.
  if (isLaunched()) process.on('message', wishes(stop))
  onLostParent(stop)
  return controller.signal
}

/** Is our parent a launcher (bin/floodgate.js), so that Node's channel leads to it and to nobody else? */
export const isLaunched = (): boolean => process.env['FLOODGATE_LAUNCHER'] === String(process.ppid)

/** Takes wishes that come one way: stops at the first one, and ends at once at the second. */
function wishes(stop: () => void): () => void {
  let firstAt: number | undefined
  return () => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt > ONE_WISH_MS) process.exit(EXIT_STOPPED)
    firstAt ??= now
    stop()
  }
}

/** When whoever started us is killed, nobody is left who could stop us. */
function onLostParent(lost: () => void): void {
  // Node's channel leads to our launcher (bin/floodgate.js), if there is one. To listen is no reason to stay.
  process.once('disconnect', lost)
  process.channel?.unref()
  if (process.connected === false) lost()
  // npx passes signals on to its shell alone, which dies of them without a word: all that we see is another parent.
  if (process.env['npm_lifecycle_event'] !== 'npx') return
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    lost()
  }, LOOK_EVERY_MS)
  watch.unref()
}

/** Resolves when `signal` aborts. */
export function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What `work` gives, or `Stopped` as soon as the user asks for it. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop!)
  }
}

/** Resolves after `ms`; rejects with `Stopped` when the user asks for it. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  return unlessStopped(signal, over).finally(() => clearTimeout(timer))
}
