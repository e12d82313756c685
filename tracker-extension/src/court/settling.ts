// Settles expired purses and pays owed credits again and again, and once what a crash left undone in the court.

import { payOwedCredits } from '../mint/measurements.ts'
import { settleExpired } from '../mint/settle.ts'
import type { Mint } from '../mint/mint.ts'
import type { Court } from './court.ts'
import { carryOut } from './recovery.ts'

/** `now` settles at once, and answers how many; it rejects with what the ledger says. Every `everyMs`, 0 for never. */
export function settleEvery(
  { mint, court }: { mint: Mint; court: Court },
  everyMs: number,
  onError: (error: unknown) => void
): { now(): Promise<number>; stop(): Promise<void> } {
  let running: Promise<number> | undefined
  let recovered = false
  const run = async (): Promise<number> => {
    // Tried again each time until it is done; refunds do not wait for it.
    if (!recovered) recovered = await carryOut(court, onError)
    const closed = await settleExpired(mint.store, mint.now())
    mint.counters.closed += closed
    await payOwedCredits(mint)
    return closed
  }
  const settle = (): Promise<number> =>
    (running ??= run().finally(() => {
      running = undefined
    }))
  const tick = (): void => void settle().catch(onError)
  const timer = everyMs > 0 ? setInterval(tick, everyMs).unref() : undefined
  return {
    now: settle,
    async stop() {
      clearInterval(timer)
      // Whoever asked for it learns if it fails.
      await Promise.allSettled([running])
    }
  }
}
