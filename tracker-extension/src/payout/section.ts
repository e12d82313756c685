// The policy as plain values, such as a configuration file gives: checked to the last key, and made into options.

import { isAbsolute, join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { z } from 'zod'
import { setupOf, type PayoutOptions } from './options.ts'
import type { PayoutRail } from './rail.ts'
import { storeCredit } from './rails/credit.ts'
import { sepa } from './rails/sepa.ts'
import { stripe } from './rails/stripe.ts'
import { webhook } from './rails/webhook.ts'

const text = z.string().min(1).max(1024)
const railShape = z.union([
  z.literal('credit'),
  z.strictObject({
    sepa: z.strictObject({ iban: text, name: text, bic: text.optional(), folder: text.optional() })
  }),
  z.strictObject({ stripe: z.strictObject({ key: text }) }),
  z.strictObject({ webhook: z.strictObject({ url: text, secret: text }) })
])
type RailWords = z.infer<typeof railShape>
const part = z.number().int().min(0)

const section = z.strictObject({
  split: z.strictObject({ seller: part, provider: part }).optional(),
  minimum: text.optional(),
  hold: text.optional(),
  reserve: z.strictObject({ share: text, for: text }).optional(),
  caps: z
    .strictObject({ payout: text.optional(), day: text.optional(), month: text.optional() })
    .optional(),
  round: text.optional(),
  schedule: text.optional(),
  timeZone: text.optional(),
  destinationHold: text.optional(),
  run: z.boolean().optional(),
  rail: z.unknown()
})

/** What the words of a file need beside them. */
export interface SectionContext {
  currency: string
  /** Where the SEPA rail writes its files if the section names no folder, and where relative folders begin. */
  folder: string
}

/**
 * Reads the `payout` section of a configuration: plain JSON values in, options of `floodgateTracker` out. Throws `bad-option`
 * whose detail begins with the path of the key that is wrong, such as `payout.caps.day`.
 */
export function parsePayout(value: unknown, context: SectionContext): PayoutOptions {
  const { rail, ...words } = checked(section, value, 'payout')
  const options = { ...words, rail: railsOf(rail, context) }
  setupOf(options, context.currency)
  return options
}

function checked<T>(shape: z.ZodType<T>, value: unknown, path: string): T {
  const read = shape.safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]!
  const odd = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  const place = [path, ...issue.path.map(String), ...odd].join('.')
  throw new FloodgateError('bad-option', `${place}: ${issue.message}`)
}

const KINDS: ReadonlySet<string> = new Set(['sepa', 'stripe', 'webhook'])

function railsOf(value: unknown, context: SectionContext): PayoutOptions['rail'] {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  if (keys.length === 0 || keys.some((key) => KINDS.has(key))) {
    return railOf(checked(railShape, value, 'payout.rail'), context, 'payout.rail')
  }
  // One rail for several countries is one rail.
  const made = new Map<string, PayoutRail>()
  const table = Object.entries(value as Record<string, unknown>).map(([country, words]) => {
    const path = `payout.rail.${country}`
    const key = JSON.stringify(words)
    const rail = made.get(key) ?? railOf(checked(railShape, words, path), context, path)
    made.set(key, rail)
    return [country, rail] as const
  })
  return Object.fromEntries(table)
}

function railOf(words: RailWords, { folder }: SectionContext, path: string): PayoutRail {
  try {
    if (words === 'credit') return storeCredit()
    if ('stripe' in words) return stripe(words.stripe)
    if ('webhook' in words) return webhook(words.webhook)
    const { iban, name, bic, folder: own = '.' } = words.sepa
    const place = isAbsolute(own) ? own : join(folder, own)
    return sepa({ iban, name, ...(bic === undefined ? {} : { bic }), folder: place })
  } catch (error) {
    throw new FloodgateError('bad-option', `${path}.${(error as FloodgateError).detail}`)
  }
}
