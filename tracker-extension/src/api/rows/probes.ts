// What machines ask to know whether the provider is well. They stand at the root, where probes look; they spend nobody's
// budget, so that an attack cannot have a well provider restarted.

import { z } from 'zod'
import { TYPES, get, type Route } from '../route.ts'
import { count } from '../schemas.ts'

export const PROBES: readonly Route[] = [
  {
    ...get('/healthz', TYPES.json, () => ({ alive: true })),
    at: 'root',
    rate: 'unlimited',
    summary: 'Says that the process is alive.',
    answer: z.strictObject({ alive: z.literal(true) })
  },
  {
    ...get('/readyz', TYPES.json, ({ readiness }) => readiness.expect()),
    at: 'root',
    rate: 'unlimited',
    summary: 'Says whether requests should be sent here; if not, `detail` names what fails.',
    answer: z.strictObject({ ready: z.literal(true), checks: count }),
    errors: ['not-ready']
  },
  {
    ...get('/metrics', TYPES.metrics, ({ metrics }) => metrics.text()),
    at: 'root',
    operator: true,
    scope: 'metrics',
    summary: 'Gives the metrics in the text format of Prometheus.'
  }
]
