/**
 * @packageDocumentation
 * Quality of service for Floodgate: the provider keeps a promised download rate at the least egress. A policy is a pure
 * function from samples to decisions with a reason; guards bound it; `startSeeding` carries decisions out by a pool.
 *
 * ```ts
 * import { all, floor, targetRate } from '@floodgate/qos'
 *
 * const policy = all(floor({ seeders: 1 }), targetRate('500 kB/s', { margin: 0 }))
 * const leecher = { id: 'a', rate: 0, uplink: 0, share: 0, since: 0 }
 * const swarm = { leechers: [leecher], seeders: 1, seedersUplink: 200_000, copies: 1 }
 * const sent = { provider: { all: 0, today: 0, http: 0 }, fromPeers: 0 }
 * const sample = { content: 'film', time: 60_000, length: 1e9, ...swarm, ...sent }
 * console.log(policy.decide(sample, [], undefined).rate) // 300000
 * ```
 */

export { all } from './all.ts'
export { parseBytes, parseRate, sayBytes, sayRate, sayShare } from './amounts.ts'
export { budget, type Budget, type BudgetOptions, type Frame, type Wish } from './budget.ts'
export { percentile } from './figures.ts'
export { floor, type FloorOptions } from './floor.ts'
export { guarded, type Limits } from './guarded.ts'
export {
  EVERY_MS,
  NOTHING,
  type Decision,
  type LeecherSample,
  type Past,
  type QosPolicy,
  type SwarmSample,
  type WebSeedState
} from './policy.ts'
export {
  levelPool,
  type LevelPoolOptions,
  type RunningSeeder,
  type SampleSource,
  type SeederPool
} from './pool.ts'
export { startSeeding, type Decided, type Seeding, type SeedingOptions } from './seeding.ts'
export {
  rosteredPool,
  seederRoster,
  type SeederOrder,
  type SeederReport,
  type SeederRoster
} from './seeder-roster.ts'
export { shareUplink, type Claimant } from './share-uplink.ts'
export { affordable, type Allowance, type Spending, type SpendingOptions } from './spending.ts'
export { targetRate, type TargetOptions } from './target-rate.ts'
export { webFirst, type WebFirstOptions } from './web-first.ts'
export { webhookPool, type WebhookPoolOptions } from './webhook-pool.ts'
