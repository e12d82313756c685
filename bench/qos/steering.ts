// What steers the provider in a run: a promise as a provider's configuration has it, or one of the ways without one that it is
// compared with.

import {
  NOTHING,
  parseRate,
  type Budget,
  type Decision,
  type Past,
  type QosPolicy,
  type SwarmSample
} from '@floodgate/qos'
import * as promised from '../../hosts/src/qos/promise.ts'
import type { QosSection } from '../../hosts/src/qos/section.ts'

export type Way =
  /** As the provider's own command keeps it. */
  | { kind: 'promise'; section: QosSection }
  /** One seeder at this rate, while anybody downloads. */
  | { kind: 'fixed'; rate: number }
  /** One seeder more whenever somebody gets less than the target, and never one less. */
  | { kind: 'add'; target: number; perSeeder: number }

export interface Steering {
  way: Way
  everyMs: number
  reportMs: number
  /** Of the provider, bytes per second. */
  uplink: number
  /** Does the pool send in turns? */
  turns: boolean
}

export function policyOf({ way, everyMs, reportMs }: Steering): QosPolicy {
  if (way.kind === 'promise') return promised.policyOf(way.section, { everyMs, reportMs })
  const decide = way.kind === 'fixed' ? fixed(way.rate) : adding(way)
  return {
    decide: (sample, history, last) =>
      sample.leechers.length === 0 ? NOTHING : decide(sample, history, last)
  }
}

export const budgetOf = ({ way }: Steering): Budget =>
  promised.budgetOf(way.kind === 'promise' ? way.section : {})

/** What HTTP has of the uplink, where it is steered. */
export const webUplinkOf = ({ way }: Steering): number | undefined =>
  way.kind === 'promise' && way.section.web
    ? parseRate(way.section.web.uplink, 'web.uplink')
    : undefined

const seeding = (rate: number, seeders: number): Decision => ({
  ...{ rate, seeders, webSeed: 'closed' },
  reason: 'Without a promise.'
})

const fixed = (rate: number) => (): Decision => seeding(rate, 1)

const adding =
  ({ target, perSeeder }: { target: number; perSeeder: number }) =>
  (sample: SwarmSample, _: readonly Past[], last?: Decision): Decision => {
    const isSlow = sample.leechers.some(({ rate }) => rate > 0 && rate < target)
    const before = last?.seeders ?? 0
    const seeders = before === 0 ? 1 : before + (isSlow ? 1 : 0)
    return seeding(seeders * perSeeder, seeders)
  }
