// The routes of quality of service: a buyer's measurement of what he was promised; for the operator how each content is seeded
// now, and why (F76, F79); and where the provider's seeders that run elsewhere report. What decides stands above us, in the host.

import { FloodgateError, MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { takeMeasurement } from '../../mint/measurements.ts'
import { TYPES, get, json, message, post, type Route } from '../route.ts'
import { count, infoHash, time, uid } from '../schemas.ts'

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
      leechers: count,
      rated: count.meta({ description: 'Leechers whose rate is known.' }),
      p50: count.meta({ description: 'What half of these get, bytes per second; 0 of none.' }),
      p05: count.meta({ description: 'What 95 % of these get, bytes per second; 0 of none.' }),
      belowTarget: count.optional().meta({
        description: 'Of these, who gets less than is promised; missing without a target.'
      }),
      copies: count.meta({ description: 'Peers that have all of it; ours are not counted.' }),
      egress: count.meta({ description: 'What the provider sends now, bytes per second.' }),
      sent: count.meta({ description: 'Bytes that the provider sent of it, since its first day.' }),
      sentToday: count.meta({ description: 'Bytes of these since midnight UTC.' }),
      sentSinceStart: count.meta({ description: 'Bytes of these since the process began.' }),
      fromPeers: count.meta({ description: 'Bytes that peers sent, since the process began.' })
    })
  )
})

export type QualityJson = z.infer<typeof qualityAnswer>

const seederBody = z.strictObject({
  uid,
  only: infoHash.optional().meta({ description: 'It seeds this, and has no choice.' }),
  sent: z
    .array(z.strictObject({ infoHash, bytes: count }))
    .max(16)
    .meta({ description: 'What it sent since its last report that was answered.' }),
  isLeaving: z.boolean().optional()
})

const seederAnswer = z.strictObject({
  infoHash: infoHash.optional().meta({ description: 'What it is to seed; missing: nothing.' }),
  rate: count.meta({ description: 'At most so many bytes per second.' }),
  validMs: count.meta({ description: 'From when it asked; unheard, it then gives nothing.' }),
  againMs: count.meta({ description: 'When it should report again.' })
})

export type SeederReportJson = z.infer<typeof seederBody>
export type SeederOrderJson = z.infer<typeof seederAnswer>

const NO_QOS =
  'seeding by promise is not enabled: start floodgate provider with --qos, or with a section qos'

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
      'unknown-account',
      'unknown-purse',
      'wrong-purse',
      'purse-closed',
      'no-promise',
      'contradicted',
      'conflict',
      'revoked'
    ]
  },
  {
    ...get('/operator/quality', TYPES.json, ({ quality }) => {
      const said = quality?.()
      if (said === undefined) throw new FloodgateError('not-offered', NO_QOS)
      return said
    }),
    operator: true,
    summary: 'Tells for every content how the provider seeds it now, and why.',
    scope: 'read',
    answer: qualityAnswer,
    errors: ['not-offered']
  },
  {
    ...post('/operator/seeders', json(), TYPES.json, ({ onSeeder }, ask) => {
      const order = onSeeder?.(ask.json as SeederReportJson)
      if (order === undefined) throw new FloodgateError('not-offered', NO_QOS)
      return order
    }),
    operator: true,
    summary: 'Takes the report of a seeder of the provider’s own, and tells it what to seed.',
    scope: 'seed',
    body: seederBody,
    answer: seederAnswer,
    errors: ['not-offered']
  }
]
