// All benchmarks, in the order in which `all` runs them. To add one: write it, and add a row.

import type { Bench } from './harness/bench.ts'
import { overhead } from './overhead.ts'

export const benches: readonly Bench[] = [overhead]
