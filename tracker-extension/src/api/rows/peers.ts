// The routes for everybody: who the provider is, what it sells, accounts and claims.

import { FloodgateError, MESSAGES, PURSES_SHOWN_MAX, toBase64url } from '@floodgate/protocol'
import { z } from 'zod'
import { newCounters } from '../../guard/counters.ts'
import { accountStanding, register, type AccountAnswer } from '../../mint/accounts.ts'
import { cancelPurse } from '../../mint/cancellations.ts'
import { redeemClaim } from '../../mint/claims.ts'
import { newMintCounters } from '../../mint/counters.ts'
import { hashList } from '../../mint/hash-list.ts'
import { unknownPurses } from '../../mint/unknown-purses.ts'
import { contentJson, contentsJson } from '../content.ts'
import { TYPES, box, get, message, post, type Route } from '../route.ts'
import { amount, base64url, count, currency, infoHash, time, uid } from '../schemas.ts'

const providerJson = z.strictObject({
  name: z.string(),
  rootKey: base64url,
  epoch: base64url.meta({ description: 'The newest `epoch` message.' }),
  currency,
  leaseMs: count.meta({
    description: 'How long a purse certificate is good without a new announce.'
  }),
  time,
  version: z.literal(1)
})

/** One number for each of the names that the counters have. */
const countersOf = (names: object, others: Record<string, z.ZodType> = {}) =>
  z.strictObject({
    ...Object.fromEntries(Object.keys(names).map((name) => [name, count])),
    ...others
  })

const statusJson = z.strictObject({
  tracker: countersOf(newCounters()),
  mint: countersOf(newMintCounters(), { refused: z.record(z.string(), count) })
})

const standingJson = z.strictObject({
  uid,
  currency,
  balance: amount,
  deposited: amount.meta({ description: 'Came in from outside.' }),
  escrow: amount.meta({ description: 'Held for purses that are still open.' }),
  earned: amount,
  spent: amount,
  time
}) satisfies z.ZodType<AccountAnswer>

const purseIds = z
  .string()
  .regex(new RegExp(`^[0-9a-f]{32}(,[0-9a-f]{32}){0,${PURSES_SHOWN_MAX - 1}}$`))
  .meta({ description: `Up to ${PURSES_SHOWN_MAX} ids of purses, with commas.` })

export const PEERS: readonly Route[] = [
  {
    ...get('/provider', TYPES.json, ({ mint, name }) => {
      const time = mint.now()
      const { issuer, currency, leaseMs } = mint
      const epoch = toBase64url(issuer.epochAt(time).frame)
      const rootKey = toBase64url(issuer.rootKey)
      return { name, rootKey, epoch, currency, leaseMs, time, version: 1 }
    }),
    summary: 'Says who the provider is.',
    answer: providerJson
  },
  {
    ...get('/status', TYPES.json, ({ counters }) => counters()),
    summary: 'Counts what the provider was asked and did.',
    answer: statusJson
  },
  {
    ...get('/contents', TYPES.json, ({ mint }) => contentsJson(mint)),
    summary: 'Lists what is for sale.',
    answer: z.array(contentJson)
  },
  {
    ...get('/contents/:infoHash.torrent', TYPES.torrent, async ({ mint }, { params }) => {
      const content = await mint.store.content(params['infoHash'] ?? '')
      if (content === undefined) throw new FloodgateError('unknown-content')
      return content.torrent
    }),
    summary: 'Gives the torrent file of a content.',
    params: z.object({ infoHash }),
    errors: ['unknown-content']
  },
  {
    ...post('/register', message(MESSAGES.register.bytesMax), TYPES.message, ({ mint }, { body }) =>
      register(mint, body)
    ),
    summary: 'Opens an account for two keys, or finds it; the answer is sealed to the box key.',
    message: 'register',
    reply: 'registered',
    rate: 'registrations',
    errors: ['bad-key', 'conflict']
  },
  {
    ...post('/claims', box(MESSAGES.claim.bytesMax), TYPES.message, ({ mint }, { body }) =>
      redeemClaim(mint, body)
    ),
    summary: 'Redeems what buyers paid a seller.',
    message: 'claim',
    reply: 'claimed',
    errors: ['unknown-account']
  },
  {
    ...post(
      '/cancellations',
      message(MESSAGES.cancel.bytesMax),
      TYPES.message,
      ({ mint }, { body }) => cancelPurse(mint, body)
    ),
    summary:
      'Ends a purse before its time: its buyer gives back the tokens that he paid to nobody.',
    message: 'cancel',
    reply: 'cancelled',
    errors: [
      'unknown-account',
      'unknown-purse',
      'purse-closed',
      'bad-field',
      'bad-voucher',
      'conflict'
    ]
  },
  {
    ...get('/purses/unknown', TYPES.message, ({ mint }, { params }) =>
      unknownPurses(mint, (params['ids'] ?? '').split(','))
    ),
    summary: 'Says which of these purses the ledger does not know, as after a restore.',
    params: z.object({ ids: purseIds }),
    reply: 'unknownPurses'
  },
  {
    ...post(
      '/hashes',
      message(MESSAGES.hashRequest.bytesMax),
      TYPES.message,
      ({ mint }, { body }) => hashList(mint, body)
    ),
    summary: 'Gives a seller the token hashes of a purse whose buyer asked it for a piece.',
    message: 'hashRequest',
    reply: 'hashList',
    errors: ['unknown-account', 'wrong-purse', 'unknown-purse']
  },
  {
    ...post(
      '/account',
      message(MESSAGES.accountRequest.bytesMax),
      TYPES.json,
      ({ mint }, { body }) => accountStanding(mint, body)
    ),
    summary: 'Tells an account’s owner how it stands.',
    message: 'accountRequest',
    answer: standingJson,
    errors: ['unknown-account', 'clock', 'replayed']
  }
]
