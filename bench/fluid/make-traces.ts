// Makes the traces, which are synthetic: shapes that measurements of real swarms report, drawn with a seed. Run it to write them
// again; a test holds the files against it.

import { writeFileSync } from 'node:fs'
import { randomFrom, type Random } from '../../test/support/random.ts'
import { TRACES, type TraceName } from './traces.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const PER_TRACE = 1000

interface Shape {
  says: string
  seed: number
  binS: number
  hours: number
  /** Arrivals at that second, in any unit. */
  density(second: number): number
}

/** A crowd that comes at once and thins out. */
const crowd = (second: number, at: number, fallS: number): number =>
  second < at ? 0 : Math.exp((at - second) / fallS)

const SHAPES: Record<TraceName, Shape> = {
  'flash-crowd': {
    says: 'a release that was announced: a crowd at once, thinning out with a time constant of 5 minutes',
    seed: 1,
    binS: 20,
    hours: 1,
    density: (second) => crowd(second, 0, 5 * MINUTE)
  },
  diurnal: {
    says: 'a day: fewest at 8 hours, most at 20, four to one',
    seed: 2,
    binS: 10 * MINUTE,
    hours: 24,
    density: (second) => 1 + 0.6 * Math.cos((2 * Math.PI * (second - 20 * HOUR)) / (24 * HOUR))
  },
  'second-wave': {
    says: 'a crowd, and three hours after it another half as large, when the first is gone',
    seed: 3,
    binS: MINUTE,
    hours: 6,
    density: (second) => crowd(second, 0, 15 * MINUTE) + 0.5 * crowd(second, 3 * HOUR, 15 * MINUTE)
  },
  poisson: {
    says: 'leechers that know nothing of each other, at one rate, for six hours',
    seed: 4,
    binS: 5 * MINUTE,
    hours: 6,
    density: () => 1
  }
}

/** The bins of `PER_TRACE` arrivals drawn one by one by the shape's density. */
function draw({ binS, hours, density }: Shape, random: Random): number[] {
  const bins = Array.from({ length: (hours * HOUR) / binS }, (_, i) => density((i + 0.5) * binS))
  const whole = bins.reduce((all, one) => all + one, 0)
  const arrivals = bins.map(() => 0)
  for (let i = 0; i < PER_TRACE; i++) {
    let place = (random.below(2 ** 31) / 2 ** 31) * whole
    const bin = bins.findIndex((one) => (place -= one) < 0)
    arrivals[bin]! += 1
  }
  return arrivals
}

/** The text of the file. */
export function traceText(name: TraceName): string {
  const shape = SHAPES[name]
  const rows = draw(shape, randomFrom(shape.seed)).map(
    (arrivals, i) => `${i * shape.binS},${(i + 1) * shape.binS},${arrivals}`
  )
  return [
    `# SYNTHETIC, by make-traces.ts with seed ${shape.seed}: ${shape.says}.`,
    '# Arrivals of leechers; a simulation of another number of them takes each row in proportion.',
    'from_s,until_s,arrivals',
    ...rows,
    ''
  ].join('\n')
}

if (import.meta.main) {
  for (const name of TRACES) {
    writeFileSync(new URL(`traces/${name}.csv`, import.meta.url), traceText(name))
  }
}
