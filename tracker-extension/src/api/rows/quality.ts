// The operator's route that tells how each content is seeded now, and why (F76, F79). What decides stands above us, in the
// host.

import { FloodgateError } from '@floodgate/protocol'
import { z } from 'zod'
import { TYPES, get, type Route } from '../route.ts'
import { count, infoHash, time } from '../schemas.ts'

const qualityAnswer = z.strictObject({
  policy: z.string().meta({ description: 'What is promised, in words.' }),
  contents: z.array(
    z.strictObject({
      infoHash,
      time,
      rate: count.meta({ description: 'The most that the provider sends, bytes per second.' }),
      seeders: count.meta({ description: 'Of the provider.' }),
      webSeed: z.enum(['open', 'throttled', 'closed']),
      reason: z.string(),
      sent: count.meta({ description: 'Bytes that the provider sent of it, since its first day.' }),
      sentToday: count.meta({ description: 'Bytes of these since midnight UTC.' })
    })
  )
})

export type QualityJson = z.infer<typeof qualityAnswer>

export const QUALITY: readonly Route[] = [
  {
    ...get('/operator/quality', TYPES.json, ({ quality }) => {
      const said = quality?.()
      if (said === undefined) throw new FloodgateError('not-found')
      return said
    }),
    operator: true,
    summary: 'Tells for every content how the provider seeds it now, and why.',
    scope: 'read',
    answer: qualityAnswer,
    errors: ['not-found']
  }
]
