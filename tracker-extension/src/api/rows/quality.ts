// The routes of quality of service: a buyer's measurement of what he was promised, and for the operator how each content is
// seeded now, and why (F76, F79). What decides about that stands above us, in the host.

import { FloodgateError, MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { takeMeasurement } from '../../mint/measurements.ts'
import { TYPES, get, message, post, type Route } from '../route.ts'
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
    ...post(
      '/measurements',
      message(MESSAGES.measurement.bytesMax),
      TYPES.message,
      ({ mint }, { body }) => takeMeasurement(mint, body)
    ),
    summary: 'Takes what a buyer measured of what he was promised; a miss is credited.',
    message: 'measurement',
    reply: 'measured',
    errors: [
      ...([
        'unknown-account',
        'unknown-purse',
        'wrong-purse',
        'purse-closed',
        'no-promise'
      ] as const),
      ...(['contradicted', 'conflict', 'revoked'] as const)
    ]
  },
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
