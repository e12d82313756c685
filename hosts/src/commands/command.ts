// What every command is made of: a place in the program, and an action that gets output and the user's wish to stop.

import type { Command } from 'commander'
import type { Output } from '../output.ts'
import type { Trading, TradingOptions } from '../trade/trading.ts'

export interface Session {
  out: Output
  /** Aborts when the user wants to stop. */
  signal: AbortSignal
}

/** Turns an action into one for commander: `run` gives it its session, and takes its failure and exit code (0 by default). */
export type Act = <A extends unknown[]>(
  action: (session: Session, ...args: A) => Promise<number | void> | void
) => (...args: A) => Promise<void>

export type AddCommand = (program: Command, act: Act) => void

/** Help with examples below the options. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`

export const PASSPHRASE_OPTION = [
  '--passphrase-file <file>',
  'read the passphrase from the first line of a file (or set FLOODGATE_PASSPHRASE)'
] as const

/** Starts a trade. WebTorrent takes half a second to load: only commands that trade do it, and only then. */
export async function startTrading(options: TradingOptions): Promise<Trading> {
  const { Trading } = await import('../trade/trading.ts')
  return Trading.start(options)
}
