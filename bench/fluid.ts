// Egress against the promise, SIMULATED: policies run unchanged inside a fluid model of a swarm, without sockets, and are
// compared with the clairvoyant optimum (fluid/optimum.ts). Traces and people are synthetic; seeds make it repeatable.

import { setImmediate } from 'node:timers/promises'
import { targetRate, webFirst, type QosPolicy } from '@floodgate/qos'
import { FILM, simulate } from './fluid/simulate.ts'
import type { Split } from './fluid/swarm.ts'
import { TRACES, readTrace, type TraceName } from './fluid/traces.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf, wordOf } from './harness/command.ts'
import { round } from './harness/figures.ts'

export const TARGETS = { egressRatio: 1.15, missedShare: 0.01, retiredSeconds: 60 }

/** What the web server has for each leecher of a trace: enough for all at once. */
const WEB_UPLINK_MBIT = 4

type Make = (target: string, leechers: number) => QosPolicy

/** What is compared: the dial, on a pool that serves the slowest first and on one that splits evenly; and web first. */
const WAYS: { policy: string; split: Split; make: Make }[] = [
  { policy: 'target', split: 'slowest-first', make: (target) => targetRate(target) },
  { policy: 'target', split: 'even', make: (target) => targetRate(target) },
  {
    policy: 'web-first',
    split: 'even',
    make: (target, leechers) => webFirst({ target, uplink: `${WEB_UPLINK_MBIT * leechers} Mbit/s` })
  }
]

export const fluid = defineBench({
  name: 'fluid',
  line: 'SIMULATION: provider egress for a promised rate, against the clairvoyant optimum',
  columns: [
    ...['trace', 'leechers', 'promisedKbs', 'policy', 'split', 'egressRatio', 'missedShare'],
    ...['retiredSeconds', 'offload', 'egressGb', 'optimumGb']
  ],
  options: {
    leechers: { value: '1000,10000', short: '1000', says: 'leechers of a trace, all together' },
    promised: { value: '500', says: 'rates promised, kB/s; of 500 peers give about half' },
    traces: { value: TRACES.join(','), says: 'arrival traces, synthetic' },
    seed: { value: 1, says: 'of arrivals, lines and luck' }
  },
  async run(stage, values) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    const traces = values.traces.split(',').map((name) => wordOf('traces', name, TRACES))
    for (const leechers of numbersOf('leechers', values.leechers)) {
      for (const promised of numbersOf('promised', values.promised)) {
        for (const trace of traces) {
          for (const way of WAYS) {
            outcome.results.push(measure({ trace, leechers, promised, seed: values.seed }, way))
            stage.say(`${trace}, ${leechers} leechers, ${way.policy}, ${way.split}: done`)
            await setImmediate() // lets a signal through
          }
        }
      }
    }
    outcome.notes.push(
      `a simulation: ${FILM.length / 1e9} GB, ${FILM.allowanceS} s to start; traces and people are synthetic`
    )
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

interface Case {
  trace: TraceName
  leechers: number
  /** kB/s. */
  promised: number
  seed: number
}

function measure({ trace, leechers, promised, seed }: Case, way: (typeof WAYS)[number]): Row {
  const { policy, split, make } = way
  const { egress, optimum, missed, retiredS, offload } = simulate(
    make(`${promised} kB/s`, leechers),
    {
      ...{ trace: readTrace(trace), leechers, split, seed },
      promised: { ...FILM, rate: promised * 1000 }
    }
  )
  return {
    ...{ trace, leechers, promisedKbs: promised, policy, split },
    egressRatio: round(egress / optimum, 3),
    missedShare: round(missed, 4),
    retiredSeconds: retiredS,
    offload: round(offload, 3),
    egressGb: round(egress / 1e9, 1),
    optimumGb: round(optimum / 1e9, 1)
  }
}

const meets = (row: Row): boolean =>
  (Object.keys(TARGETS) as (keyof typeof TARGETS)[]).every(
    (name) => Number(row[name]) <= TARGETS[name]
  )

function verdictOf(rows: Row[]): string {
  const dial = rows.filter(({ split, policy }) => policy === 'target' && split === 'slowest-first')
  const missed = dial
    .filter((row) => !meets(row))
    .map(({ trace, leechers, promisedKbs }) => `${trace} with ${leechers} at ${promisedKbs} kB/s`)
  const wanted = `at most ${TARGETS.egressRatio} of the optimum, ${TARGETS.missedShare * 100} % missed, ${TARGETS.retiredSeconds} s to retire`
  const said =
    missed.length === 0 ? 'met by the dial on every trace' : `missed on ${missed.join(', ')}`
  return `Simulated; target (${wanted}) ${said}, with a pool that serves the slowest first.`
}
