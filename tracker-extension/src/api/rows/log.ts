// The routes of the log of postings. Heads and proofs are public, lines are their accounts'.

import { MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { ownLines } from '../../log/own-lines.ts'
import { TYPES, get, message, post, type Route } from '../route.ts'
import { fromOne, fromZero } from '../schemas.ts'

const numberOr = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

export const LOG: readonly Route[] = [
  {
    ...get('/log/head', TYPES.message, ({ log }) => log.head()),
    summary: 'Gives the newest signed head of the log.',
    reply: 'treeHead'
  },
  {
    ...get('/log/consistency', TYPES.message, ({ log }, { params }) =>
      log.consistency(Number(params['from']), numberOr(params['to']))
    ),
    summary: 'Shows that the log of `to` lines begins with that of `from`.',
    params: z.object({
      from: fromZero('Lines of the older log.'),
      to: fromZero('Lines of the newer one; those of the newest head when not said.').optional()
    }),
    reply: 'consistency'
  },
  {
    ...get('/log/proof', TYPES.message, ({ log }, { params }) =>
      log.inclusion(Number(params['line']), numberOr(params['size']))
    ),
    summary: 'Shows that a line stands in the log.',
    params: z.object({
      line: fromOne('The line, from 1.'),
      size: fromZero('Lines of the log; those of the newest head when not said.').optional()
    }),
    reply: 'inclusion'
  },
  {
    ...post(
      '/log/lines',
      message(MESSAGES.linesRequest.bytesMax),
      TYPES.message,
      ({ mint }, { body }) => ownLines(mint, body)
    ),
    summary: 'Gives an account the lines that are about its own money.',
    message: 'linesRequest',
    reply: 'lines',
    rate: 'lines',
    errors: ['unknown-account', 'clock', 'replayed']
  }
]
