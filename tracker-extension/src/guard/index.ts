// The guard's door.
export { guardTracker, type TrackerGuard } from './guard.ts'
export type { TrackerCounters } from './counters.ts'
export { TrackerOptionError, type GuardOptions } from './options.ts'
