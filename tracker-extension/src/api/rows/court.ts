// The court's routes. Whoever is revoked may use them all.

import { MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { hearAnswer } from '../../court/answer.ts'
import { hearComplaint } from '../../court/complaint.ts'
import { hearNotices } from '../../court/notices.ts'
import { givePiece } from '../../court/piece.ts'
import { hearPossession } from '../../court/possession.ts'
import { TYPES, box, get, message, post, type Route } from '../route.ts'
import { fromZero } from '../schemas.ts'

export const COURT: readonly Route[] = [
  {
    ...post('/complaints', box(MESSAGES.complaint.bytesMax), TYPES.message, ({ court }, { body }) =>
      hearComplaint(court, body)
    ),
    summary: 'Hears a complaint with its evidence, and answers the verdict.',
    message: 'complaint',
    reply: 'verdict',
    errors: ['unknown-account', 'bad-evidence']
  },
  {
    ...post(
      '/possessions',
      message(MESSAGES.possession.bytesMax),
      TYPES.message,
      ({ court }, { body }) => hearPossession(court, body)
    ),
    summary: 'Takes a proof that the accuser has the piece.',
    message: 'possession',
    reply: 'verdict',
    errors: ['unknown-account', 'unknown-complaint', 'bad-possession', 'no-source', 'purse-closed']
  },
  {
    ...post('/answers', box(MESSAGES.answer.bytesMax), TYPES.message, ({ court }, { body }) =>
      hearAnswer(court, body)
    ),
    summary: 'Hears what the accused says: a proof, or that it accepts; or an appeal.',
    message: 'answer',
    reply: 'verdict',
    errors: [
      'unknown-account',
      'unknown-complaint',
      'bad-evidence',
      'unknown-purse',
      'purse-closed',
      'self-trade',
      'bad-voucher'
    ]
  },
  {
    ...post(
      '/notices',
      message(MESSAGES.accountRequest.bytesMax),
      TYPES.message,
      ({ court }, { body }) => hearNotices(court, body)
    ),
    summary: 'Tells an account what cases wait for its answer.',
    message: 'accountRequest',
    reply: 'notices',
    errors: ['unknown-account', 'clock', 'replayed']
  },
  {
    ...post(
      '/pieces',
      message(MESSAGES.pieceRequest.bytesMax),
      TYPES.message,
      ({ court }, { body }) => givePiece(court, body)
    ),
    summary: 'Gives the buyer the bytes of a piece that the court made it pay for.',
    message: 'pieceRequest',
    errors: [
      'unknown-account',
      'unknown-complaint',
      'too-many-resends',
      'no-source',
      'clock',
      'replayed'
    ]
  },
  {
    ...get('/revocations/:since', TYPES.message, ({ court }, { params }) =>
      court.revocations.message(Number(params['since']))
    ),
    summary: 'Gives the entries of the revocation log behind a version.',
    params: z.object({ since: fromZero('The version that is known already.') }),
    reply: 'revocations'
  }
]
