// The provider's API as one Koa application over the table of routes: limits before reading, one form of
// error. It has no rules of its own.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Router from '@koa/router'
import { ERRORS, FloodgateError, type ErrorCode } from '@floodgate/protocol'
import Koa from 'koa'
import { countRefusal } from '../mint/counters.ts'
import { refusalOf } from '../mint/refusals.ts'
import { readBody } from './body.ts'
import type { Ask, Desk } from './desk.ts'
import { BASE, ROUTES, TYPES, type Route } from './routes.ts'

export interface ApiOptions {
  /** Without one, the operator's routes answer `not-allowed`. */
  operatorToken?: string
  /** Told of what is our own fault. */
  onError: (error: unknown) => void
  /** Whose budget a request spends. */
  hostOf: (request: IncomingMessage) => string
  /** For tests of slow bodies. */
  bodyTimeoutMs?: number
}

/** Refusals that come after a signature check, an opening or a look into the ledger. */
const UNPROVEN = new Set<ErrorCode>([
  'bad-signature',
  'bad-key',
  'cannot-open',
  'unknown-account',
  'unknown-code',
  'replayed'
])

/** The API as a listener for HTTP requests; it never throws. */
export function createApi(
  desk: Desk,
  options: ApiOptions
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const router = new Router({ prefix: BASE })
  for (const route of ROUTES) {
    const run: Koa.Middleware = (context) => answer(desk, options, route, context)
    if (route.method === 'GET') router.get(route.path, run as never)
    else router.post(route.path, run as never)
  }
  const app = new Koa()
  app.on('error', options.onError)
  app.use((context, next) => contain(desk, options, context, next))
  // Its types ask Koa for what the router itself adds to a context (`params`, `router`).
  app.use(router.routes() as unknown as Koa.Middleware)
  app.use(() => {
    throw new FloodgateError('not-found')
  })
  return app.callback()
}

/** The outermost layer: every error as `{ error, text, detail, time }`. */
async function contain(
  { mint }: Desk,
  { onError }: ApiOptions,
  context: Koa.Context,
  next: Koa.Next
): Promise<void> {
  context.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  try {
    await next()
  } catch (error) {
    const { code, detail } = refusalOf(error)
    if (code === 'internal') onError(error)
    countRefusal(mint.counters, code)
    // A body that was not read to its end would be taken for the next request.
    if (!context.req.complete) context.set('Connection', 'close')
    context.status = ERRORS[code].http
    context.type = TYPES.json
    const known = code === 'internal' ? '' : detail
    const { text } = ERRORS[code]
    // The time is for whose clock is wrong.
    context.body = JSON.stringify({ error: code, text, detail: known, time: mint.now() })
  }
}

async function answer(
  desk: Desk,
  options: ApiOptions,
  route: Route,
  context: Koa.Context & { params?: Record<string, string> }
): Promise<void> {
  const { doorkeeper } = desk.mint
  const host = options.hostOf(context.req)
  if (route.operator) expectOperator(context, options.operatorToken)
  else doorkeeper.expect(route.rate ?? 'requests', host)
  const body = route.takes
    ? await bodyOf(context, route.takes, options.bodyTimeoutMs)
    : new Uint8Array()
  const given = await runWithin(desk, host, route, {
    ...{ body, params: paramsOf(context) },
    header: (name) => context.get(name)
  })
  context.type = route.gives
  context.body = given instanceof Uint8Array ? Buffer.from(given) : JSON.stringify(given)
}

/** The path's parameters win. */
function paramsOf(context: Koa.Context & { params?: Record<string, string> }): Ask['params'] {
  const query = new URLSearchParams(context.req.url?.split('?')[1])
  const first = [...query.keys()].map((name) => [name, query.get(name) ?? undefined] as const)
  return { ...Object.fromEntries(first), ...context.params }
}

/** A message whose refusal cost us something, and which proved nothing, spends its host's budget. */
async function runWithin(desk: Desk, host: string, route: Route, ask: Ask): Promise<unknown> {
  if (route.takes?.type !== TYPES.message) return route.run(desk, ask)
  // A host that sent good ones has places of its own, whatever strangers do (F65).
  const trial = desk.mint.doorkeeper.expectProof(host, 'api')
  try {
    const given = await route.run(desk, ask)
    trial.proven()
    return given
  } catch (error) {
    if (!UNPROVEN.has(refusalOf(error).code)) trial.cheap()
    throw error
  }
}

function bodyOf(
  { req }: Koa.Context,
  { type, bytesMax }: NonNullable<Route['takes']>,
  timeoutMs?: number
): Promise<Uint8Array> {
  const given = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (given !== type) throw new FloodgateError('bad-request', `send ${type}`)
  return readBody(req, bytesMax, timeoutMs)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Throws `not-allowed`. Digests are compared, in constant time, so that neither content nor length shows. */
function expectOperator(context: Koa.Context, token: string | undefined): void {
  const given = digest(context.get('Authorization'))
  const isOperator =
    token !== undefined && token !== '' && timingSafeEqual(given, digest(`Bearer ${token}`))
  if (!isOperator) throw new FloodgateError('not-allowed')
}
