// What is compared, and the figures with which each way is run.

import type { Way } from './steering.ts'

export const MODES = [
  'httpOnly',
  'oneSeeder',
  'bestFixed',
  'addSeeders',
  'floor',
  'webFirst',
  'targetRate',
  'budget'
] as const
export type Mode = (typeof MODES)[number]

/** What one run is steered by. */
export interface Trial {
  mode: Mode
  /** Beside the mode: which of the rates that are swept. */
  detail: string
  /** Undefined: nobody seeds, HTTP is open. */
  way: Way | undefined
  /** Contents that share the uplink; leechers want them in turn. */
  contents: number
  /** Without a piece from peers for so long leechers ask the origin. */
  originAfterMs: number
}

export interface Figures {
  leechers: number
  /** Bytes per second. */
  target: number
  uplink: number
  /** Rates to sweep, as shares of what all leechers together are promised. */
  sweep: readonly number[]
}

/** One seeder gives four leechers the promised rate. */
const PER_SEEDER = 4
/** Of the uplink, for two contents. */
const BUDGET = 0.35
const ORIGIN_AFTER_MS = 1000

/** The runs of a mode: one, or one for each rate that is swept. */
export function trialsOf(mode: Mode, { leechers, target, uplink, sweep }: Figures): Trial[] {
  const trial = (way: Way | undefined, more: Partial<Trial> = {}): Trial => ({
    ...{ mode, detail: '', way, contents: 1, originAfterMs: 0 },
    ...more
  })
  const perSeeder = PER_SEEDER * target
  const sweepOne = (share: number): Trial => {
    const rate = Math.round(share * leechers * target)
    return trial({ kind: 'fixed', rate }, { detail: `${Math.round(rate / 1000)} kB/s` })
  }
  const ways: Record<Mode, () => Trial[]> = {
    httpOnly: () => [trial(undefined)],
    oneSeeder: () => [trial({ kind: 'fixed', rate: perSeeder })],
    bestFixed: () => sweep.map(sweepOne),
    addSeeders: () => [trial({ kind: 'add', target, perSeeder })],
    floor: () => [
      trial({ kind: 'promise', section: { floor: { perSeeder: bytesPerSecond(perSeeder) } } })
    ],
    webFirst: () => {
      const section = { target: bytesPerSecond(target), web: { uplink: bytesPerSecond(uplink) } }
      return [trial({ kind: 'promise', section }, { originAfterMs: ORIGIN_AFTER_MS })]
    },
    targetRate: () => [trial({ kind: 'promise', section: { target: bytesPerSecond(target) } })],
    budget: () => {
      const section = { target: bytesPerSecond(target), max: bytesPerSecond(BUDGET * uplink) }
      return [trial({ kind: 'promise', section }, { contents: 2 })]
    }
  }
  return ways[mode]()
}

/** As promises are written. */
const bytesPerSecond = (rate: number): string => `${Math.round(rate) / 1000} kB/s`
