// The command line of a benchmark: its own options, and `--json`.

import { parseArgs } from 'node:util'
import type { Bench, Options, Values } from './bench.ts'

export class UsageError extends Error {}

const hyphened = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The options of a benchmark for `--help`. */
export function optionLines({ options }: Bench): string[] {
  return Object.entries(options).map(
    ([name, { value, says }]) => `    --${hyphened(name).padEnd(12)} ${says} (${value})`
  )
}

/** What was asked for on the command line; the rest is the default, or the short setting. Throws `UsageError`. */
export function readValues(bench: Bench, args: string[], short = false): Values<Options> {
  const names = Object.keys(bench.options)
  const known = Object.fromEntries(
    names.map((name) => [
      hyphened(name),
      { type: typeof bench.options[name]!.value === 'boolean' ? 'boolean' : 'string' } as const
    ])
  )
  const given = parsed(args, known)
  const values: Record<string, number | string | boolean> = {}
  for (const name of names) {
    const option = bench.options[name]!
    const fallback = short ? (option.short ?? option.value) : option.value
    values[name] = valueOf(name, given[hyphened(name)], fallback)
  }
  return values as Values<Options>
}

function parsed(
  args: string[],
  options: Record<string, { type: 'boolean' | 'string' }>
): Record<string, unknown> {
  try {
    return parseArgs({ args, options, strict: true }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function valueOf<T extends number | string | boolean>(
  name: string,
  given: unknown,
  fallback: T
): number | string | boolean {
  if (given === undefined) return fallback
  if (typeof fallback !== 'number') return given as string | boolean
  const number = Number(given)
  if (Number.isFinite(number) && number >= 0) return number
  throw new UsageError(`--${hyphened(name)} wants a number`)
}

/** A list of numbers, such as `1,4,8`. */
export function numbersOf(name: string, list: string): number[] {
  const numbers = list.split(',').map(Number)
  if (numbers.every((number) => Number.isInteger(number) && number >= 0)) return numbers
  throw new UsageError(`--${hyphened(name)} wants integers with commas between`)
}

/** One of `words`. */
export function wordOf<W extends string>(name: string, given: string, words: readonly W[]): W {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw new UsageError(`--${hyphened(name)} is one of ${words.join(', ')}`)
}
