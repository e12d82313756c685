// Ends work when the user asks for it: the first SIGINT, SIGTERM or SIGHUP aborts a signal, so that everything can be put
// away; the second one does not wait.

import { EXIT_STOPPED, Stopped } from './failures.ts'

/**
 * Ctrl-C reaches the whole process group, and npx and shells pass it on as well: signals that come so close are one wish. What
 * is passed on takes milliseconds, a person who lost patience takes longer.
 */
const ONE_WISH_MS = 500
/** The last comes when the terminal is closed, or the connection to it ends. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** For a parent that is gone. */
const LOOK_EVERY_MS = 500

/** By this our launcher (bin/floodgate.js) marks us, and nobody else: those whom we start have another parent. */
const launcher = process.env['FLOODGATE_LAUNCHER']
delete process.env['FLOODGATE_LAUNCHER']

/** Is our parent the launcher, so that Node's channel leads to it? */
export const isLaunched = (): boolean => launcher !== undefined

const jobs = new Set<AbortController>()

/** Ends all work as a first wish does; it never counts as the second. */
export function stop(): void {
  for (const job of jobs) job.abort(new Stopped())
}

export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  jobs.add(controller)
  const signalled = wishes(stop)
  for (const signal of SIGNALS) process.on(signal, signalled)
  if (isLaunched()) obeyLauncher(stop)
  onLostShell(stop)
  return controller.signal
}

/** Takes wishes that come one way: stops at the first one, and ends at once at the second. */
function wishes(stop: () => void): () => void {
  let next = (): void => {
    next = () => undefined
    stop()
    // What came while stopping kept us busy is heard before an immediate is: it is the same wish, however late.
    const settled = (): void => void setImmediate(() => (next = () => process.exit(EXIT_STOPPED)))
    setTimeout(settled, ONE_WISH_MS).unref()
  }
  return () => next()
}

function obeyLauncher(stop: () => void): void {
  // What it heard, we may have heard as well: each counts for itself.
  process.on('message', wishes(stop))
  // When it is killed, nobody is left who could stop us. Any other parent may leave us behind on purpose.
  process.once('disconnect', stop)
  // To listen is no reason to stay.
  process.channel?.unref()
  if (!process.connected) stop()
}

/** When the shell of npx is killed, nobody is left who could stop us. */
function onLostShell(lost: () => void): void {
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
