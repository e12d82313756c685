// Which errors a route can answer with: most follow from what its row says, the rest the row names itself.

import { ERRORS, MESSAGES, type ErrorCode } from '@floodgate/protocol'
import type { Route } from './route.ts'

/** What a route that has `when` can answer. */
const FOLLOWS: [when: (route: Route) => boolean, codes: ErrorCode[]][] = [
  [() => true, ['internal']],
  [({ rate }) => rate !== 'unlimited', ['too-many-requests']],
  [({ at }) => at !== 'root', ['unreachable']],
  [({ operator }) => operator === true, ['not-allowed']],
  [({ params }) => params !== undefined, ['bad-request']],
  [({ takes }) => takes !== undefined, ['too-long', 'bad-request']],
  [
    ({ message }) => message !== undefined,
    ['truncated', 'not-canonical', 'unknown-message', 'unexpected-message', 'bad-field']
  ],
  [
    ({ message }) => message !== undefined && MESSAGES[message].signed,
    ['wrong-provider', 'bad-signature']
  ],
  [
    ({ message }) => message !== undefined && MESSAGES[message].sealed === 'box',
    ['cannot-open', 'bad-key']
  ]
]

/** Every code that the route may answer with, in the order of the error table. */
export function codesOf(route: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>(route.errors)
  for (const [applies, follow] of FOLLOWS) {
    if (applies(route)) for (const code of follow) codes.add(code)
  }
  return (Object.keys(ERRORS) as ErrorCode[]).filter((code) => codes.has(code))
}
