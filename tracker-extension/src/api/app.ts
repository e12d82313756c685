// The provider's API as one Koa application over the table of routes: access, limits before reading, checks, one form of
// error, and a line for whoever keeps logs and metrics. It has no rules of its own.

import type { IncomingMessage, ServerResponse } from 'node:http'
import Router from '@koa/router'
import { ERRORS, FloodgateError, type ErrorCode } from '@floodgate/protocol'
import Koa from 'koa'
import { countRefusal } from '../mint/counters.ts'
import { refusalOf } from '../mint/refusals.ts'
import { expectAccess, type AccessOptions } from './access.ts'
import { readBody } from './body.ts'
import { checkAsk } from './checks.ts'
import type { Ask, Desk } from './desk.ts'
import { askerOf, type RequestNote } from './request-note.ts'
import { BASE, TYPES, type Route } from './route.ts'
import { ROUTES } from './routes.ts'

export interface ApiOptions extends AccessOptions {
  /** Told of what is our own fault. */
  onError: (error: unknown) => void
  /** Told of every request once it is answered. */
  onRequest?: (note: RequestNote) => void
  /** Whose budget a request spends. */
  hostOf: (request: IncomingMessage) => string
  /** Is the provider closed? Then only probes are answered. */
  isClosed?: () => boolean
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

type Context = Koa.Context & { params?: Record<string, string> }

/** The API as a listener for HTTP requests; it never throws. */
export function createApi(
  desk: Desk,
  options: ApiOptions
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const app = new Koa()
  app.on('error', options.onError)
  for (const at of ['root', 'base'] as const) {
    const router = new Router({ prefix: at === 'base' ? BASE : '' })
    for (const route of ROUTES.filter((one) => (one.at ?? 'base') === at)) {
      const run: Koa.Middleware = (context) => answer(desk, options, route, context)
      if (route.method === 'GET') router.get(route.path, run as never)
      else router.post(route.path, run as never)
    }
    // Its types ask Koa for what the router itself adds to a context (`params`, `router`).
    app.use(router.routes() as unknown as Koa.Middleware)
  }
  app.use((context) =>
    noted(desk, options, context, { method: context.method, route: '' }, () => {
      throw new FloodgateError('not-found')
    })
  )
  return app.callback()
}

/** The paths of routes that stand beside `BASE`. */
export const ROOT_PATHS = ROUTES.filter(({ at }) => at === 'root').map(({ path }) => path)

function answer(desk: Desk, options: ApiOptions, route: Route, context: Context): Promise<void> {
  const note: Partial<RequestNote> = { method: route.method, route: route.path }
  return noted(desk, options, context, note, async () => {
    if (route.at !== 'root' && options.isClosed?.()) throw new FloodgateError('unreachable')
    const { doorkeeper } = desk.mint
    const host = options.hostOf(context.req)
    await expectAccess(doorkeeper, options, route, context.req, host, ({ name }) => {
      note.operator = name
    })
    const body = route.takes
      ? await bodyOf(context, route.takes, options.bodyTimeoutMs)
      : new Uint8Array()
    // Only `set-cookie` would be a list, and nobody asks for that.
    const headers = context.req.headers as Record<string, string>
    const asked = checkAsk(route, { body, params: paramsIn(context), headers })
    const given = await runWithin(desk, host, route, asked)
    note.asker = () => askerOf(route, body)
    context.type = route.gives
    const isReady = typeof given === 'string' || given instanceof Uint8Array
    context.body = isReady ? Buffer.from(given) : JSON.stringify(given)
  })
}

/** The outermost layer: every error as `{ error, text, detail, time }`, and what became of the request. */
async function noted(
  { mint }: Desk,
  { onError, onRequest }: ApiOptions,
  context: Koa.Context,
  note: Partial<RequestNote>,
  run: () => void | Promise<void>
): Promise<void> {
  const from = performance.now()
  context.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  try {
    await run()
    context.status = 200
  } catch (error) {
    const { code, detail } = refusalOf(error)
    if (code === 'internal') onError(error)
    countRefusal(mint.counters, code)
    note.code = code
    // A body that was not read to its end would be taken for the next request.
    if (!context.req.complete) context.set('Connection', 'close')
    context.status = ERRORS[code].http
    context.type = TYPES.json
    const known = code === 'internal' ? '' : detail
    const { text } = ERRORS[code]
    // The time is for whose clock is wrong.
    context.body = JSON.stringify({ error: code, text, detail: known, time: mint.now() })
  }
  const ms = performance.now() - from
  onRequest?.({ method: '', route: '', ...note, status: context.status, ms })
}

/** The path's parameters win; of several of one name in the query, the first. */
function paramsIn(context: Context): Ask['params'] {
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
