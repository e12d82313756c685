// The forms of what the API takes and gives as JSON. Types, checks and the OpenAPI document follow from them. Amounts are
// decimal text in minor units, because JSON numbers end at 2^53; ids are hex; times are Unix milliseconds.

import { z } from 'zod'

export const uid = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .meta({ description: 'An account.', example: '0123456789abcdef0123456789abcdef' })
export const infoHash = z
  .string()
  .regex(/^[0-9a-f]{40}$/)
  .meta({ description: 'The info hash of a content.' })
export const hash = z.string().regex(/^[0-9a-f]{64}$/)
export const currency = z.string().regex(/^[A-Z]{3,8}$/)
export const time = z.int().min(0).meta({ description: 'Unix milliseconds.' })
export const count = z.int().min(0)
export const base64url = z.string().regex(/^[\w-]*$/)
export const amount = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .meta({ description: 'Minor units of the currency.' })

/** Up to 15 digits in a path or query: every safe integer has no more than 16. */
const wholeNumber = (from: 0 | 1, digits: number, description: string) =>
  z
    .string()
    .regex(new RegExp(from === 0 ? `^\\d{1,${digits}}$` : `^[1-9]\\d{0,${digits - 1}}$`))
    .meta({
      description,
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern
        Object.assign(jsonSchema, { type: 'integer', minimum: from, maximum: 10 ** digits - 1 })
      }
    })

export const fromZero = (description: string) => wholeNumber(0, 15, description)
export const fromOne = (description: string, digits = 15) => wholeNumber(1, digits, description)
