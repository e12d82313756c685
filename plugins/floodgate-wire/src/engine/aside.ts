// When something is to happen that nobody waits for.

/** A timer that keeps no process alive; browsers have no others. */
export function aside<T>(timer: T): T {
  if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
  return timer
}

const { setImmediate: immediate } = globalThis as { setImmediate?: (job: () => void) => unknown }

/**
 * Runs `job` when all that sockets have brought by now is read: a busy peer hears of many pieces in one turn of its event
 * loop. Browsers have no such moment; there it is the end of this task.
 */
export function afterReading(job: () => void): void {
  if (immediate) immediate(job)
  else queueMicrotask(job)
}
