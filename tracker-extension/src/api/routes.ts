// The table of routes: all that the provider offers over HTTP, put together from its families. To add a route is to add a
// row to one of them. docs/protocol.md explains the messages; docs/openapi.json is made from this table.

import { z } from 'zod'
import { documentOf } from './openapi.ts'
import { TYPES, get, type Route } from './route.ts'
import { COURT } from './rows/court.ts'
import { LOG } from './rows/log.ts'
import { MONEY_IN } from './rows/money-in.ts'
import { OPERATOR } from './rows/operator.ts'
import { ORIGIN } from './rows/origin.ts'
import { PAYOUTS } from './rows/payouts.ts'
import { PEERS } from './rows/peers.ts'
import { PROBES } from './rows/probes.ts'
import { PUSH } from './rows/push.ts'
import { QUALITY } from './rows/quality.ts'

const FAMILIES: readonly Route[] = [
  ...[...PEERS, ...COURT, ...LOG, ...MONEY_IN],
  ...[...PAYOUTS, ...ORIGIN, ...PUSH, ...QUALITY, ...OPERATOR, ...PROBES]
]

let document: object | undefined

/** The OpenAPI document of all routes; made once, when it is first wanted. */
export const apiDocument = (): object => (document ??= documentOf(ROUTES))

export const ROUTES: readonly Route[] = [
  {
    ...get('/openapi.json', TYPES.json, apiDocument),
    summary: 'Describes this API, in OpenAPI 3.1.',
    answer: z.looseObject({ openapi: z.string() })
  },
  ...FAMILIES
]
