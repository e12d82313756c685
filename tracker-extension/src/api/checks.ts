// Checks what is asked against a route's row, before the route runs.

import { FloodgateError, fromUtf8 } from '@floodgate/protocol'
import type { z } from 'zod'
import type { Ask } from './desk.ts'
import type { Route } from './route.ts'

/** The question as the row allows it. Throws `bad-request`, naming the first field that is wrong. */
export function checkAsk({ params, body }: Route, asked: Omit<Ask, 'json'>): Ask {
  if (params !== undefined) expectFit(params, asked.params)
  if (body === undefined) return { ...asked, json: undefined }
  return { ...asked, json: expectFit(body, jsonIn(asked.body)) }
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body) ?? '')
  } catch {
    throw new FloodgateError('bad-request', 'JSON')
  }
}

function expectFit(schema: z.ZodType, value: unknown): unknown {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const where = issue?.path.map(String).join('.')
  throw new FloodgateError('bad-request', where || issue?.message)
}
