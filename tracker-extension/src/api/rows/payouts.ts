// Money out: the payee's own routes, the report of the operator's own service, and the operator's.

import { MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import {
  destinationAnswer,
  listPayouts,
  payoutsAnswer,
  planPayouts,
  reconcileJson,
  reconciliationAnswer,
  reportAnswer,
  runAnswer,
  runJson,
  standingAnswer,
  standingOfPayouts,
  takeDestination,
  takeReport
} from '../payouts.ts'
import { TYPES, box, get, json, message, post, type Route } from '../route.ts'

const REPORT_MAX = 16 * 1024
/** A bank's statement of some ten thousand entries. */
const STATEMENT_MAX = 16 * 1024 * 1024

const operator = { operator: true, scope: 'payouts' } as const

export const PAYOUTS: readonly Route[] = [
  {
    ...post('/destination', box(MESSAGES.destination.bytesMax), TYPES.json, takeDestination),
    summary: 'Takes where an account wants its money. A change waits before it is used.',
    message: 'destination',
    answer: destinationAnswer,
    errors: ['unknown-account', 'clock', 'replayed', 'bad-request', 'not-offered', 'revoked']
  },
  {
    ...post('/payouts', message(MESSAGES.accountRequest.bytesMax), TYPES.json, standingOfPayouts),
    summary: 'Tells an account’s owner of its payouts, the newest first.',
    message: 'accountRequest',
    answer: standingAnswer,
    errors: ['unknown-account', 'clock', 'replayed', 'bad-request']
  },
  {
    ...post('/payout-reports', json(REPORT_MAX), TYPES.json, takeReport),
    summary: 'Takes the signed report of the service that pays (Standard Webhooks).',
    body: z.looseObject({}),
    answer: reportAnswer,
    errors: ['not-offered', 'not-found', 'bad-signature', 'bad-request', 'conflict']
  },
  {
    ...{ ...get('/operator/payouts', TYPES.json, listPayouts), ...operator },
    summary: 'Lists payouts, the newest first.',
    answer: payoutsAnswer
  },
  {
    ...{ ...get('/operator/payouts/plan', TYPES.json, planPayouts), ...operator },
    summary: 'Says what a run would pay now, and why the rest stays.',
    answer: runAnswer,
    errors: ['not-offered']
  },
  {
    ...{ ...post('/operator/payouts/run', json(16), TYPES.json, runJson), ...operator },
    summary: 'Requests what is due, and carries on what is on its way.',
    body: z.object({}),
    answer: runAnswer,
    errors: ['not-offered', 'conflict']
  },
  {
    ...post(
      '/operator/payouts/reconcile',
      { type: TYPES.xml, bytesMax: STATEMENT_MAX },
      TYPES.json,
      reconcileJson
    ),
    ...operator,
    summary: 'Takes a bank’s statement or return file; with an empty body, asks the rails.',
    answer: reconciliationAnswer,
    errors: ['not-offered', 'bad-request', 'bad-statement']
  }
]
