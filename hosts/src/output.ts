// Where words go. Without `--json` people read stdout and troubles stderr; with it, stdout carries one JSON object a line
// and everything for people goes to stderr.

import { toHex } from '@floodgate/protocol'
import pc from 'picocolors'
import { EXIT_STOPPED, type Failure } from './failures.ts'
import { stop } from './stop.ts'

export interface Output {
  readonly json: boolean
  /** Is there a person at a terminal who can see a progress bar? */
  readonly live: boolean
  /** Where a progress bar may draw. */
  readonly screen: NodeJS.WriteStream
  /** Something happened: an object for programs, a sentence for people (none: programs only). */
  tell(event: string, fields: object, text?: string): void
  /** For people only. */
  say(text: string): void
  /** Something did not work, and we go on. */
  warn(code: string, text: string): void
  /** Something did not work, and we end. */
  fail(failure: Failure): void
}

/** bigint as decimal text (JSON numbers end at 2^53), bytes as hex. */
const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? toHex(value) : value
}

/** One line of JSON. */
export const jsonLine = (fields: object): string => JSON.stringify(fields, plain)

export function createOutput(json: boolean): Output {
  const people = json ? process.stderr : process.stdout
  const say = (text: string): void => void people.write(`${text}\n`)
  const complain = (text: string): void => void process.stderr.write(`${text}\n`)
  const line = (event: string, fields: object): void => {
    if (json) process.stdout.write(`${jsonLine({ event, ...fields })}\n`)
  }
  return {
    json,
    live: people.isTTY === true,
    screen: people,
    say,
    tell(event, fields, text) {
      line(event, fields)
      if (text !== undefined) say(text)
    },
    warn(code, text) {
      line('warning', { code, text })
      complain(`${pc.yellow('warning')} ${text}`)
    },
    fail({ code, text, exit, advice }) {
      line('error', { code, text, exit, advice })
      // Who stopped it, or said no, knows: to people that is no error.
      const isFault = exit !== EXIT_STOPPED
      complain(isFault ? `${pc.red('error')} ${text} ${pc.dim(`[${code}]`)}` : text)
      if (advice !== undefined) complain(advice)
    }
  }
}

/** Whoever reads us may leave (`floodgate … | head`, a terminal that is closed): that ends us quietly, it is no fault. */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isGone = error.code === 'EPIPE' || (error.code === 'EIO' && stream.isTTY)
      if (!isGone) throw error
      // A job is asked to stop; help texts and the like are at their end anyway.
      stop()
    })
  }
}
