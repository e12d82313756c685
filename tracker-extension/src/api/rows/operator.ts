// The operator's routes: each opens with a token that has its scope.

import { z } from 'zod'
import { courtJson } from '../../court/docket.ts'
import { TORRENT_MAX } from '../../mint/publish.ts'
import { contentBody, contentJson, publishJson, withdrawAnswer, withdrawJson } from '../content.ts'
import { courtAnswer } from '../court-json.ts'
import {
  accountBody,
  backupAnswer,
  backupJson,
  correctionBody,
  correctionJson,
  depositAnswer,
  depositBody,
  depositJson,
  liftAnswer,
  liftJson,
  ownAnswer,
  ownJson,
  ownListAnswer,
  ownListJson,
  revokeAnswer,
  revokeJson
} from '../json.ts'
import { riskAnswer, riskJson } from '../risk.ts'
import { TYPES, get, json, post, type Route } from '../route.ts'
import { fromOne } from '../schemas.ts'

export const OPERATOR: readonly Route[] = [
  {
    ...{ ...get('/operator/risk{/:colluders}', TYPES.json, riskJson), operator: true },
    summary: 'Tells for every content what dishonest peers could cost (F55, F71).',
    scope: 'read',
    params: z.object({
      colluders: fromOne('Accounts of one mind; 1 when not said.', 6).optional()
    }),
    answer: riskAnswer
  },
  {
    ...{ ...get('/operator/court', TYPES.json, ({ court }) => courtJson(court)), operator: true },
    summary: 'Tells of open cases, strikes, revocations, appeals, and what looks odd.',
    scope: 'read',
    answer: courtAnswer
  },
  {
    ...{ ...post('/operator/lift', json(), TYPES.json, liftJson), operator: true },
    summary: 'Lifts the revocation of an account, and forgives its strikes.',
    scope: 'court',
    body: accountBody,
    answer: liftAnswer,
    errors: ['unknown-account', 'conflict']
  },
  {
    ...{ ...post('/operator/revoke', json(), TYPES.json, revokeJson), operator: true },
    summary: 'Revokes an account for 90 days.',
    scope: 'court',
    body: accountBody,
    answer: revokeAnswer,
    errors: ['unknown-account', 'conflict']
  },
  {
    ...{ ...post('/operator/deposits', json(), TYPES.json, depositJson), operator: true },
    summary: 'Books money that arrived for an account.',
    scope: 'deposits',
    body: depositBody,
    answer: depositAnswer,
    errors: ['unknown-account', 'conflict']
  },
  {
    ...{ ...post('/operator/corrections', json(), TYPES.json, correctionJson), operator: true },
    summary: 'Takes back what was booked for an account by mistake, at most what it has.',
    scope: 'corrections',
    body: correctionBody,
    answer: depositAnswer,
    errors: ['unknown-account', 'conflict', 'insufficient-funds']
  },
  {
    ...{ ...get('/operator/own', TYPES.json, ownListJson), operator: true },
    summary: 'Lists the accounts that are the provider’s own.',
    scope: 'read',
    answer: ownListAnswer
  },
  {
    ...{ ...post('/operator/own', json(), TYPES.json, ownJson), operator: true },
    summary:
      'Names an account as the provider’s own, for good: credits may be paid out of what it sold.',
    scope: 'own',
    body: accountBody,
    answer: ownAnswer,
    errors: ['unknown-account']
  },
  {
    ...{ ...post('/operator/backup', json(16), TYPES.json, backupJson), operator: true },
    summary: 'Writes a backup of the ledger on the provider’s machine.',
    scope: 'backup',
    body: z.object({}),
    answer: backupAnswer,
    errors: ['not-found']
  },
  {
    ...post(
      '/operator/contents',
      { type: TYPES.torrent, bytesMax: TORRENT_MAX },
      TYPES.json,
      publishJson
    ),
    operator: true,
    summary: 'Publishes a torrent file that carries our offer.',
    scope: 'publish',
    answer: contentJson,
    errors: ['conflict', 'wrong-provider', 'truncated', 'not-canonical', 'bad-field']
  },
  {
    ...{ ...post('/operator/withdraw', json(), TYPES.json, withdrawJson), operator: true },
    summary: 'Withdraws a content from sale; purses that were sold go on until they end.',
    scope: 'publish',
    body: contentBody,
    answer: withdrawAnswer,
    errors: ['unknown-content']
  }
]
