// What the process that gets killed does, as a function of two numbers, so that the test can say it again.
import { writeSync } from 'node:fs'
import type { Command } from '../../../tracker-extension/src/ledger/index.ts'
import { commandOf } from './script.ts'

export const sellers = ['bob', 'carol']

/** Chain `n` of a cycle: a content (a buyer may have 32 purses for one), money in, a purse, and claims of two sellers that also clash on a token. */
export function chainOf(cycle: number, n: number): Command[] {
  const purse = `p-${cycle}-${n}`
  return [
    `publish film-${cycle}-${n} 8 10`,
    `deposit d-${cycle}-${n} alice 90`,
    `purchase ${purse} alice film-${cycle}-${n} 10`,
    `redeem c1 bob ${purse} 11000000`,
    `redeem c1 carol ${purse} 01100000`,
    `redeem c2 bob ${purse} 11011100`
  ].map(commandOf)
}

/** Synchronous: a line that was written is not lost with the process. A reader that is behind is waited for. */
export function tell(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'EAGAIN') throw error
    }
  }
}
