/** A timer that keeps no process alive; browsers have no others. */
export function aside<T>(timer: T): T {
  if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
  return timer
}
