// What a benchmark is: a name, options, columns and a run. main.ts runs them all alike.

import type { Stage } from './stage.ts'

/** One option: its default says its type, `short` is used by `all` and in tests. */
export interface Option {
  value: number | string | boolean
  short?: number | string | boolean
  /** What it is, for the list of options. */
  says: string
}

export type Options = Record<string, Option>

/** The values of options, by name. */
export type Values<O extends Options> = {
  [Name in keyof O]: O[Name]['value'] extends number
    ? number
    : O[Name]['value'] extends boolean
      ? boolean
      : string
}

export type Figure = number | string | boolean | null
export type Row = Record<string, Figure>

export interface Outcome {
  /** One object for each setting: parameters, then figures, named as in `columns`. */
  results: Row[]
  /** One sentence: what it means against the target. */
  verdict: string
  /** What else is worth knowing, for people only. */
  notes: string[]
}

export interface Bench<O extends Options = Options> {
  name: string
  /** What it measures, in one line. */
  line: string
  options: O
  /** The names in each result, in order. */
  columns: readonly string[]
  run(stage: Stage, values: Values<O>): Promise<Outcome>
}

/** Keeps the types of the options together with the run; in a list of benches they are all alike. */
export const defineBench = <O extends Options>(bench: Bench<O>): Bench => bench as unknown as Bench
