// Signs a head of the log at most once in so long, and only when the log grew.

import type { PostingsLog } from './postings-log.ts'

/** Starts at once unless `everyMs` is 0; `stop` waits for a head that is being signed. */
export function signEvery(
  log: PostingsLog,
  everyMs: number,
  onError: (error: unknown) => void
): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const tick = (): void => {
    running ??= catchUp(log)
      .catch(onError)
      .finally(() => (running = undefined))
  }
  const timer = everyMs > 0 ? setInterval(tick, everyMs).unref() : undefined
  return {
    async stop() {
      clearInterval(timer)
      await running
    }
  }
}

async function catchUp(log: PostingsLog): Promise<void> {
  while (await log.grow());
}
