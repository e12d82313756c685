// Egress against the promise, SIMULATED: policies run unchanged inside a fluid model of a swarm, without sockets, and are
// compared with the clairvoyant optimum (fluid/optimum.ts). Traces and people are synthetic; seeds make it repeatable.

import { targetRate, webFirst, type QosPolicy } from '@floodgate/qos'
import { PROMISED, simulate } from './fluid/simulate.ts'
import type { Split } from './fluid/swarm.ts'
import { TRACES, readTrace } from './fluid/traces.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf } from './harness/command.ts'
import { round } from './harness/figures.ts'

export const TARGETS = { egressRatio: 1.15, missedShare: 0.01, retiredSeconds: 60 }

/** What is compared: the dial, on a pool that serves the slowest first and on one that splits evenly; and web first. */
const WAYS: { policy: string; split: Split; make: () => QosPolicy }[] = [
  { policy: 'target', split: 'slowest-first', make: () => targetRate('500 kB/s') },
  { policy: 'target', split: 'even', make: () => targetRate('500 kB/s') },
  {
    policy: 'web-first',
    split: 'even',
    make: () => webFirst({ target: '500 kB/s', uplink: '4 Gbit/s' })
  }
]

export const fluid = defineBench({
  name: 'fluid',
  line: 'SIMULATION: provider egress for a promised rate, against the clairvoyant optimum',
  columns: [
    ...['trace', 'leechers', 'policy', 'split', 'egressRatio', 'missedShare', 'retiredSeconds'],
    ...['offload', 'egressGb', 'optimumGb']
  ],
  options: {
    leechers: { value: '1000,10000', short: '1000', says: 'leechers of a trace, all together' },
    traces: { value: TRACES.join(','), says: 'arrival traces, synthetic' },
    seed: { value: 1, says: 'of arrivals, lines and luck' }
  },
  run(stage, values) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    for (const leechers of numbersOf('leechers', values.leechers)) {
      for (const trace of TRACES.filter((name) => values.traces.split(',').includes(name))) {
        for (const { policy, split, make } of WAYS) {
          const setting = { trace: readTrace(trace), leechers, split, seed: values.seed }
          const { egress, optimum, missed, retiredS, offload } = simulate(make(), setting)
          const figures = {
            egressRatio: round(egress / optimum, 3),
            missedShare: round(missed, 4),
            retiredSeconds: retiredS,
            offload: round(offload, 3),
            egressGb: round(egress / 1e9, 1),
            optimumGb: round(optimum / 1e9, 1)
          }
          outcome.results.push({ trace, leechers, policy, split, ...figures })
          stage.say(`${trace}, ${leechers} leechers, ${policy}, ${split}: done`)
        }
      }
    }
    outcome.notes.push(
      `a simulation: ${PROMISED.length / 1e9} GB at ${PROMISED.rate / 1e3} kB/s, ${PROMISED.allowanceS} s to start; traces and people are synthetic`
    )
    outcome.verdict = verdictOf(outcome.results)
    return Promise.resolve(outcome)
  }
})

const meets = (row: Row): boolean =>
  (Object.keys(TARGETS) as (keyof typeof TARGETS)[]).every(
    (name) => Number(row[name]) <= TARGETS[name]
  )

function verdictOf(rows: Row[]): string {
  const dial = rows.filter(({ split, policy }) => policy === 'target' && split === 'slowest-first')
  const missed = dial
    .filter((row) => !meets(row))
    .map(({ trace, leechers }) => `${trace} with ${leechers}`)
  const wanted = `at most ${TARGETS.egressRatio} of the optimum, ${TARGETS.missedShare * 100} % missed, ${TARGETS.retiredSeconds} s to retire`
  const said =
    missed.length === 0 ? 'met by the dial on every trace' : `missed on ${missed.join(', ')}`
  return `Simulated; target (${wanted}) ${said}, with a pool that serves the slowest first.`
}
