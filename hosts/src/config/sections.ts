// The sections of a configuration file: what belongs to one part of the provider, under one name. A part plugs its own in
// with a row; options that stand alone are in options.ts.

import { z } from 'zod'
import { qosSchema } from '../qos/section.ts'

export interface Section {
  /** Its key at the top of the file. */
  name: string
  /** Reads it: what it lets through is what the part gets. Strict objects, so that a wrong key is found. */
  schema: z.ZodType
}

const text = z.string()

/** How money comes in. */
const deposits = z.strictObject({
  stripe: z
    .strictObject({
      ...{ secretKey: text, webhookSecret: text, successUrl: text, cancelUrl: text },
      timeoutMs: z.int().min(1).optional(),
      // Another server than Stripe's, for tests.
      ...{ host: text.optional(), port: z.int().optional() },
      protocol: z.enum(['http', 'https']).optional()
    })
    .optional(),
  sepa: z.strictObject({ iban: text, name: text, bic: text.optional() }).optional()
})

/** How money goes out. `parsePayout` of the tracker reads what is in it, and names what is wrong there. */
const payout = z.looseObject({})

export const SECTIONS: readonly Section[] = [
  { name: 'deposits', schema: deposits },
  { name: 'payout', schema: payout },
  { name: 'qos', schema: qosSchema }
]
