// What the process that gets killed does, as a function of two numbers, so that the test can say it again.
import type { Command } from '../../../tracker-extension/src/ledger/index.ts'
import { commandOf } from './script.ts'

export const sellers = ['bob', 'carol']

/** Chain `n` of a cycle: money in, a purse, and claims of two sellers that also clash on a token. */
export function chainOf(cycle: number, n: number): Command[] {
  const purse = `p-${cycle}-${n}`
  return [
    `deposit d-${cycle}-${n} alice 90`,
    `purchase ${purse} alice film 10 again`,
    `redeem c1 bob ${purse} 11000000`,
    `redeem c1 carol ${purse} 01100000`,
    `redeem c2 bob ${purse} 11011100`
  ].map(commandOf)
}
