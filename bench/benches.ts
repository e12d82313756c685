// All benchmarks, in the order in which `all` runs them. To add one: write it, and add a row.

import { claims } from './claims.ts'
import type { Bench } from './harness/bench.ts'
import { flood } from './flood.ts'
import { fluid } from './fluid.ts'
import { interop } from './interop.ts'
import { overhead } from './overhead.ts'
import { premiere } from './premiere.ts'
import { state } from './state.ts'
import { swarm } from './swarm.ts'

export const benches: readonly Bench[] = [
  overhead,
  swarm,
  claims,
  state,
  interop,
  flood,
  fluid,
  premiere
]
