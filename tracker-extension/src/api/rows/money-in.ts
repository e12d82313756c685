// The routes by which money comes in (docs/money.md): cards, transfers and codes for accounts, and the operator's side of them.

import { MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { hearStripe, openCheckout } from '../../deposits/checkout.ts'
import { redeemCode } from '../../deposits/codes.ts'
import { giveReference, takeStatements } from '../../deposits/transfers.ts'
import * as m from '../money-in.ts'
import { TYPES, box, get, json, message, post, type Route } from '../route.ts'

/** Stripe does not tell its own limit; its events are some kilobytes. */
const EVENT_MAX = 512 * 1024
const STATEMENT_MAX = 32 * 1024 * 1024

const ofOwner = ['unknown-account', 'clock', 'replayed'] as const

/** For accounts, and for Stripe. */
const PUBLIC: readonly Route[] = [
  {
    ...post(
      '/checkout',
      message(MESSAGES.checkoutRequest.bytesMax),
      TYPES.json,
      ({ deposits, mint }, { body }) => openCheckout(deposits, mint, body)
    ),
    summary: 'Gives the page on which an account’s owner pays by card.',
    message: 'checkoutRequest',
    answer: m.checkoutAnswer,
    errors: [...ofOwner, 'not-offered', 'no-processor', 'revoked', 'conflict']
  },
  {
    ...post(
      '/webhooks/stripe',
      json(EVENT_MAX),
      TYPES.json,
      ({ deposits, mint }, { body, headers }) =>
        hearStripe(deposits, mint, body, headers?.['stripe-signature'] ?? '')
    ),
    summary: 'Takes in an event that Stripe signed.',
    body: z.looseObject({}),
    answer: m.webhookAnswer,
    errors: ['not-offered', 'bad-signature', 'conflict']
  },
  {
    ...post(
      '/reference',
      message(MESSAGES.accountRequest.bytesMax),
      TYPES.json,
      ({ deposits, mint }, { body }) => giveReference(deposits, mint, body)
    ),
    summary: 'Says how to transfer money to an account.',
    message: 'accountRequest',
    answer: m.referenceAnswer,
    errors: [...ofOwner, 'not-offered', 'conflict']
  },
  {
    ...post('/codes', box(MESSAGES.codeRequest.bytesMax), TYPES.json, ({ mint }, { body }) =>
      redeemCode(mint, body)
    ),
    summary: 'Redeems a gift code, or takes a coupon for the next purchase, or gives one back.',
    message: 'codeRequest',
    answer: m.codeAnswer,
    rate: 'codes',
    errors: [...ofOwner, 'unknown-code', 'code-spent', 'code-expired', 'revoked']
  }
]

const xml = { type: TYPES.xml, bytesMax: STATEMENT_MAX }

const OPERATOR: readonly Route[] = [
  {
    ...post('/operator/statements', xml, TYPES.json, ({ deposits, mint }, { body }) =>
      takeStatements(deposits, mint, body)
    ),
    summary: 'Books the transfers of a bank statement (camt.052, .053 or .054).',
    scope: 'deposits',
    answer: m.statementsAnswer,
    errors: ['not-offered', 'bad-statement', 'conflict']
  },
  {
    ...get('/operator/advices', TYPES.json, m.advicesJson),
    summary: 'Lists payments that wait to be assigned, and those noted.',
    scope: 'deposits',
    answer: m.advicesAnswer
  },
  {
    ...post('/operator/assign', json(), TYPES.json, m.assignJson),
    summary: 'Books a payment that waits, or sets it or a noted one aside.',
    scope: 'deposits',
    body: m.assignBody,
    answer: m.assignAnswer,
    errors: ['unknown-advice', 'unknown-account', 'conflict']
  },
  {
    ...post('/operator/gifts', json(128 * 1024), TYPES.json, m.giftsJson),
    summary: 'Puts gift codes into the books, by their hashes.',
    scope: 'deposits',
    body: m.giftsBody,
    answer: m.bookedAnswer,
    errors: ['conflict']
  },
  {
    ...post('/operator/coupons', json(), TYPES.json, m.couponJson),
    summary: 'Offers a coupon.',
    scope: 'deposits',
    body: m.couponBody,
    answer: m.bookedAnswer,
    errors: ['unknown-content', 'conflict']
  },
  {
    ...post('/operator/promotion', json(), TYPES.json, m.fundJson),
    summary: 'Puts money behind coupons.',
    scope: 'deposits',
    body: m.fundBody,
    answer: m.bookedAnswer,
    errors: ['conflict']
  },
  {
    ...get('/operator/promotion', TYPES.json, m.promotionJson),
    summary: 'Tells of gift codes and coupons, and of the money behind them.',
    scope: 'read',
    answer: m.promotionAnswer
  }
]

export const MONEY_IN: readonly Route[] = [
  ...PUBLIC,
  ...OPERATOR.map((route) => ({ ...route, operator: true }))
]
