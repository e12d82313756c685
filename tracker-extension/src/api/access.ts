// Who may ask for a route: anybody within a budget, or an operator whose token opens it.

import type { IncomingMessage } from 'node:http'
import { FloodgateError } from '@floodgate/protocol'
import type { Doorkeeper } from '../mint/doorkeeper.ts'
import { isOpenTo, type FindOperator, type Operator } from './operators.ts'
import type { Route } from './route.ts'

export interface AccessOptions {
  /** Without it the operator's routes answer `not-allowed`. */
  findOperator?: FindOperator | undefined
  /** Are metrics open, without a token, to who asks from this machine itself? */
  openMetrics?: boolean | undefined
}

/** No token is longer; what is longer is not looked up. */
const TOKEN_MAX = 256

/**
 * Lets the request pass; `onOperator` is told whose token it has, if it needs one, before it is known what that opens.
 * Throws `too-many-requests` and `not-allowed`. A token that is nobody's spends its host's budget of bad messages:
 * looking for it costs.
 */
export async function expectAccess(
  doorkeeper: Doorkeeper,
  { findOperator, openMetrics }: AccessOptions,
  route: Route,
  request: IncomingMessage,
  host: string,
  onOperator: (operator: Operator) => void
): Promise<void> {
  if (route.operator !== true) {
    if (route.rate !== 'unlimited') doorkeeper.expect(route.rate ?? 'requests', host)
    return
  }
  if (route.scope === 'metrics' && openMetrics === true && isFromHere(request)) return
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (findOperator === undefined || token === undefined || token.length > TOKEN_MAX) {
    doorkeeper.expect('requests', host)
    throw new FloodgateError('not-allowed')
  }
  const trial = doorkeeper.expectProof(host, 'operator')
  const operator = await findOperator(token)
  if (operator === undefined) throw new FloodgateError('not-allowed')
  trial.proven()
  onOperator(operator)
  if (isOpenTo(operator, route.scope)) return
  throw new FloodgateError('not-allowed', `the token does not open ${route.scope ?? 'everything'}`)
}

/** From a process of this machine, and not through a proxy that runs on it. */
function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isProxied = 'x-forwarded-for' in headers || 'forwarded' in headers || 'via' in headers
  return !isProxied && /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '')
}
