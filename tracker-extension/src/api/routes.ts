// The table of routes: all that the provider offers over HTTP. To add a route is to add a row. docs/protocol.md explains
// the messages; paths stand below /floodgate/v1.

import { BOX_OVERHEAD, FloodgateError, MESSAGES, toBase64url } from '@floodgate/protocol'
import { hearAnswer } from '../court/answer.ts'
import { hearComplaint } from '../court/complaint.ts'
import { courtJson } from '../court/docket.ts'
import { hearNotices } from '../court/notices.ts'
import { givePiece } from '../court/piece.ts'
import { hearPossession } from '../court/possession.ts'
import { hearStripe, openCheckout } from '../deposits/checkout.ts'
import { redeemCode } from '../deposits/codes.ts'
import { giveReference } from '../deposits/transfers.ts'
import { ownLines } from '../log/own-lines.ts'
import { accountStanding, register } from '../mint/accounts.ts'
import { redeemClaim } from '../mint/claims.ts'
import { hashList } from '../mint/hash-list.ts'
import { TORRENT_MAX } from '../mint/publish.ts'
import type { Ask, Desk } from './desk.ts'
import { backupJson, contentsJson, depositJson, liftJson, publishJson, revokeJson } from './json.ts'
import {
  advicesJson,
  assignJson,
  couponJson,
  fundJson,
  giftsJson,
  promotionJson,
  statementsJson
} from './money-in.ts'
import { riskJson } from './risk.ts'

export const BASE = '/floodgate/v1'

/** Types of bodies. Messages are octet streams, as the message table has them. */
export const TYPES = {
  message: 'application/octet-stream',
  json: 'application/json',
  torrent: 'application/x-bittorrent',
  xml: 'application/xml'
} as const

export interface Route {
  method: 'GET' | 'POST'
  /** In the notation of @koa/router. */
  path: string
  /** Type and greatest length in bytes of the request's body; none for GET. */
  takes?: { type: string; bytesMax: number }
  /** Type of the answer: bytes for `message` and `torrent`, for `json` what JSON.stringify takes. */
  gives: string
  /** Only with the operator's token. */
  operator?: boolean
  /** A budget of its own (F66); all others share that of requests. */
  rate?: 'registrations' | 'codes'
  run(desk: Desk, ask: Ask): unknown
}

const INFO_HASH = /^[0-9a-f]{40}$/

type Run = Route['run']
const message = (bytesMax: number): NonNullable<Route['takes']> => ({
  type: TYPES.message,
  bytesMax
})
const get = (path: string, gives: string, run: Run): Route => ({ method: 'GET', path, gives, run })
const post = (path: string, takes: Route['takes'], gives: string, run: Run): Route => ({
  ...{ method: 'POST', path, gives, run },
  takes
})

const box = (bytesMax: number): NonNullable<Route['takes']> => message(bytesMax + BOX_OVERHEAD)
const VERSION = /^\d{1,15}$/

/** The court's. Whoever is revoked may use them all. */
const COURT: readonly Route[] = [
  post('/complaints', box(MESSAGES.complaint.bytesMax), TYPES.message, ({ court }, { body }) =>
    hearComplaint(court, body)
  ),
  post(
    '/possessions',
    message(MESSAGES.possession.bytesMax),
    TYPES.message,
    ({ court }, { body }) => hearPossession(court, body)
  ),
  post('/answers', box(MESSAGES.answer.bytesMax), TYPES.message, ({ court }, { body }) =>
    hearAnswer(court, body)
  ),
  post(
    '/notices',
    message(MESSAGES.accountRequest.bytesMax),
    TYPES.message,
    ({ court }, { body }) => hearNotices(court, body)
  ),
  post('/pieces', message(MESSAGES.pieceRequest.bytesMax), TYPES.message, ({ court }, { body }) =>
    givePiece(court, body)
  ),
  get('/revocations/:since', TYPES.message, ({ court }, { params }) => {
    const since = params['since'] ?? ''
    if (!VERSION.test(since)) throw new FloodgateError('bad-request', 'since')
    return court.revocations.message(Number(since))
  })
]

/** A number among the parameters; undefined when it is not there. Throws `bad-request`. */
function numberIn({ params }: Ask, name: string): number | undefined {
  const given = params[name]
  if (given !== undefined && !VERSION.test(given)) throw new FloodgateError('bad-request', name)
  return given === undefined ? undefined : Number(given)
}

/** The log of postings. Heads and proofs are public, lines are their accounts'. */
const LOG: readonly Route[] = [
  get('/log/head', TYPES.message, ({ log }) => log.head()),
  get('/log/consistency', TYPES.message, ({ log }, ask) => {
    const from = numberIn(ask, 'from')
    if (from === undefined) throw new FloodgateError('bad-request', 'from')
    return log.consistency(from, numberIn(ask, 'to'))
  }),
  get('/log/proof', TYPES.message, ({ log }, ask) => {
    const line = numberIn(ask, 'line')
    if (line === undefined || line === 0) throw new FloodgateError('bad-request', 'line')
    return log.inclusion(line, numberIn(ask, 'size'))
  }),
  post('/log/lines', message(MESSAGES.linesRequest.bytesMax), TYPES.message, ({ mint }, { body }) =>
    ownLines(mint, body)
  )
]

/** Stripe's own limit is not told; its events are some kilobytes. */
const EVENT_MAX = 512 * 1024
const STATEMENT_MAX = 32 * 1024 * 1024
const json = (bytesMax: number): NonNullable<Route['takes']> => ({ type: TYPES.json, bytesMax })
const ofOperator = (route: Route): Route => ({ ...route, operator: true })

/** Money that comes in (docs/money.md). */
const MONEY_IN: readonly Route[] = [
  post(
    '/checkout',
    message(MESSAGES.checkoutRequest.bytesMax),
    TYPES.json,
    ({ deposits, mint }, { body }) => openCheckout(deposits, mint, body)
  ),
  post('/webhooks/stripe', json(EVENT_MAX), TYPES.json, ({ deposits, mint }, { body, header }) =>
    hearStripe(deposits, mint, body, header('Stripe-Signature'))
  ),
  post(
    '/reference',
    message(MESSAGES.accountRequest.bytesMax),
    TYPES.json,
    ({ deposits, mint }, { body }) => giveReference(deposits, mint, body)
  ),
  {
    ...post('/codes', box(MESSAGES.codeRequest.bytesMax), TYPES.json, ({ mint }, { body }) =>
      redeemCode(mint, body)
    ),
    rate: 'codes'
  },
  ofOperator(
    post(
      '/operator/statements',
      { type: TYPES.xml, bytesMax: STATEMENT_MAX },
      TYPES.json,
      statementsJson
    )
  ),
  ofOperator(get('/operator/advices', TYPES.json, advicesJson)),
  ofOperator(post('/operator/assign', json(4096), TYPES.json, assignJson)),
  ofOperator(post('/operator/gifts', json(128 * 1024), TYPES.json, giftsJson)),
  ofOperator(post('/operator/coupons', json(4096), TYPES.json, couponJson)),
  ofOperator(post('/operator/promotion', json(4096), TYPES.json, fundJson)),
  ofOperator(get('/operator/promotion', TYPES.json, promotionJson))
]

export const ROUTES: readonly Route[] = [
  get('/provider', TYPES.json, ({ mint, name }) => {
    const time = mint.now()
    const { issuer, currency } = mint
    const epoch = toBase64url(issuer.epochAt(time).frame)
    return { name, rootKey: toBase64url(issuer.rootKey), epoch, currency, time, version: 1 }
  }),
  get('/status', TYPES.json, ({ counters }) => counters()),
  get('/contents', TYPES.json, ({ mint }) => contentsJson(mint)),
  get('/contents/:infoHash.torrent', TYPES.torrent, async ({ mint }, { params }) => {
    const infoHash = params['infoHash'] ?? ''
    const content = INFO_HASH.test(infoHash) ? await mint.store.content(infoHash) : undefined
    if (content === undefined) throw new FloodgateError('unknown-content')
    return content.torrent
  }),

  {
    ...post('/register', message(MESSAGES.register.bytesMax), TYPES.message, ({ mint }, { body }) =>
      register(mint, body)
    ),
    rate: 'registrations'
  },
  post(
    '/claims',
    message(MESSAGES.claim.bytesMax + BOX_OVERHEAD),
    TYPES.message,
    ({ mint }, { body }) => redeemClaim(mint, body)
  ),
  post('/hashes', message(MESSAGES.hashRequest.bytesMax), TYPES.message, ({ mint }, { body }) =>
    hashList(mint, body)
  ),
  post('/account', message(MESSAGES.accountRequest.bytesMax), TYPES.json, ({ mint }, { body }) =>
    accountStanding(mint, body)
  ),

  { ...get('/operator/risk{/:colluders}', TYPES.json, riskJson), operator: true },
  ...COURT,
  ...LOG,
  ...MONEY_IN,
  { ...get('/operator/court', TYPES.json, ({ court }) => courtJson(court)), operator: true },
  {
    ...post('/operator/lift', { type: TYPES.json, bytesMax: 4096 }, TYPES.json, liftJson),
    operator: true
  },
  {
    ...post('/operator/revoke', { type: TYPES.json, bytesMax: 4096 }, TYPES.json, revokeJson),
    operator: true
  },
  {
    ...post('/operator/deposits', { type: TYPES.json, bytesMax: 4096 }, TYPES.json, depositJson),
    operator: true
  },
  {
    ...post('/operator/backup', { type: TYPES.json, bytesMax: 16 }, TYPES.json, backupJson),
    operator: true
  },
  {
    ...post(
      '/operator/contents',
      { type: TYPES.torrent, bytesMax: TORRENT_MAX },
      TYPES.json,
      publishJson
    ),
    operator: true
  }
]
