// The route of the web origin that takes a message: pieces bought by HTTP. Bytes are served beside this table, for they are
// streams (origin/origin.ts).

import { FloodgateError, MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import type { OriginPass } from '../../origin/sell.ts'
import { TYPES, message, post, type Route } from '../route.ts'
import { time } from '../schemas.ts'

const passJson = z.strictObject({
  url: z.string().meta({ description: 'Below the provider’s base URL: a web seed (BEP 19).' }),
  expires: time
}) satisfies z.ZodType<OriginPass>

export const ORIGIN: readonly Route[] = [
  {
    ...post(
      '/origin',
      message(MESSAGES.originRequest.bytesMax),
      TYPES.json,
      ({ origin }, { body }) => {
        if (origin === undefined) throw new FloodgateError('not-found')
        return origin.sellPieces(body)
      }
    ),
    summary: 'Sells pieces by HTTP, and says where they are.',
    message: 'originRequest',
    answer: passJson,
    errors: [
      'not-found',
      'unknown-account',
      'clock',
      'revoked',
      'unknown-purse',
      'bad-voucher',
      'limit-reached',
      'no-source',
      'purse-closed',
      'insufficient-funds'
    ]
  }
]
