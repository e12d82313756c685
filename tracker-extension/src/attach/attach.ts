// Attaches Floodgate to a running tracker: who may announce is asked of us, and paths under our
// prefix go to our API on the tracker's own port. Everything else stays with the stock server.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { askerOf, hostOf } from '../guard/address.ts'
import type { AdmissionVerdict, GuardCore } from '../guard/core.ts'
import { fence, warn } from '../guard/core.ts'
import { count, type TrackerCounters } from '../guard/counters.ts'
import { coreOf, guardOf, installGuard, type TrackerGuard } from '../guard/guard.ts'
import { TrackerOptionError, type GuardOptions } from '../guard/options.ts'
import type { CleanAnnounce } from '../guard/params.ts'
import type { SwarmTotals } from '../guard/swarms.ts'
import { askFor, readEnvelope, type AnnounceAsk, type AnnounceVerdict } from './ask.ts'
import { admitPages } from './pages.ts'
import type { TrackerResponse, TrackerServer, Transport } from './server.ts'

export interface AttachOptions {
  /** Gets every HTTP request under `prefix`; a Koa application's `callback()` fits. */
  api: (request: IncomingMessage, response: ServerResponse) => unknown
  /**
   * Asked for every announce, one at a time for each member. What it throws refuses the announce
   * with `internal`.
   */
  announce: (ask: AnnounceAsk) => Promise<AnnounceVerdict>
  /** Path of the API, with a slash at both ends. Default `/floodgate/`. */
  prefix?: string
  /** Further paths of the API, whole ones. They are for probes, and not for web pages. */
  paths?: readonly string[]
  /** For the guard, which is installed if the server has none yet. */
  guard?: GuardOptions
}

export interface Attached {
  /** Every message to the tracker by kind, since the guard was installed. */
  readonly counters: Readonly<TrackerCounters>
  readonly guard: TrackerGuard
  /** Who sends this request, as far as limits go: an address, or the /64 of an IPv6 one. */
  hostOf(request: IncomingMessage): string
  /** Seeders and leechers of a swarm now. */
  swarm(infoHash: string): { complete: number; incomplete: number }
  /** All swarms in numbers; it walks over them. */
  swarms(): SwarmTotals
  /** Does the server take connections? */
  isListening(): boolean
}

/**
 * Attaches to a bittorrent-tracker Server, and guards it first ({@link guardTracker}) unless that
 * was done. Every announce over HTTP, websocket and UDP is put to `announce` after it passed the
 * guard. An admitted one goes on to the stock server, so that stock clients, scrapes and WebRTC
 * signalling work as ever; a refused one gets a failure reason and joins no swarm (a member that is
 * refused later stays until it goes silent). The API needs a server with its HTTP transport on.
 * @param server any Server of bittorrent-tracker 11, or a build of the same code
 * @throws `tracker-door-closed` if the server is of another shape, `bad-option` for wrong options
 */
export function attachTracker(server: object, options: AttachOptions): Attached {
  const { api, announce, prefix = '/floodgate/', paths = [] } = checkOptions(options)
  const tracker = server as TrackerServer
  if (tracker.http === null)
    throw new TrackerOptionError('server', 'without HTTP the API has no port')
  const before = coreOf(tracker)
  if (before && options.guard)
    throw new TrackerOptionError('guard', 'the server has its guard already')
  if (before?.admission) throw new TrackerOptionError('server', 'it is attached to already')
  const core = before ?? installGuard(tracker, options.guard)
  core.admission = async (asked) => {
    const verdict = await decide(core, announce, asked)
    return toAdmission(core, verdict, asked)
  }
  routeApi(core, api, { prefix, paths: new Set(paths) })
  return {
    ...{ counters: core.counters, guard: guardOf(core) },
    hostOf: (request) => hostOf(askerOf(request, tracker._trustProxy === true) ?? ''),
    swarm: (infoHash) => core.books.countsOf(infoHash),
    swarms: () => core.books.totals(),
    isListening: () => !tracker.destroyed && tracker.http?.listening === true
  }
}

function checkOptions(options: AttachOptions): AttachOptions {
  const { api, announce, prefix = '/floodgate/' } = options
  if (typeof api !== 'function') throw new TrackerOptionError('api', 'a function is wanted')
  if (typeof announce !== 'function')
    throw new TrackerOptionError('announce', 'a function is wanted')
  if (!/^\/[^?#\s]+\/$/.test(prefix)) {
    throw new TrackerOptionError('prefix', 'a path with a slash at both ends is wanted')
  }
  return options
}

function routeApi(
  core: GuardCore,
  api: AttachOptions['api'],
  { prefix, paths }: { prefix: string; paths: ReadonlySet<string> }
): void {
  const { server } = core
  const stock = server.onHttpRequest
  server.onHttpRequest = (request, response, ...rest) => {
    const { url = '' } = request
    if (!paths.has(url.split('?', 1)[0]!)) {
      const isPreflight = admitPages(request, response)
      if (isPreflight) return count(core.counters, 'apiRequests')
      if (!url.startsWith(prefix)) return stock.call(server, request, response, ...rest)
    }
    count(core.counters, 'apiRequests')
    const failed = () => {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    }
    const called = fence(core, 'API', () => {
      const returned = api(request, response)
      if (!(returned instanceof Promise)) return
      returned.catch((error: unknown) => {
        warn(core, error, 'API')
        failed()
      })
    })
    if (!called) failed()
  }
}

async function decide(
  core: GuardCore,
  announce: AttachOptions['announce'],
  asked: CleanAnnounce
): Promise<AnnounceVerdict> {
  let envelope: Uint8Array | undefined
  try {
    envelope = readEnvelope(asked.fg)
  } catch {
    return { admit: false, code: 'bad-request', reason: 'fg is not base64url without padding' }
  }
  return announce(askFor(core.books, asked, envelope))
}

function toAdmission(
  core: GuardCore,
  verdict: AnnounceVerdict,
  asked: CleanAnnounce
): AdmissionVerdict {
  if (verdict.admit) {
    const { membersMax, viewKey, intervalSeconds } = verdict
    return {
      ...{ admit: true, membersMax },
      dress: (response) => {
        dress(response, verdict, asked.type)
        if (intervalSeconds !== undefined) core.books.expectBack(asked, intervalSeconds)
        // Over websockets the server sends no list; what it keeps here are the members that the
        // offers go to.
        if (viewKey && asked.type === 'ws') {
          response['peers'] = core.books.view(asked, 'sockets', viewKey, asked.numwant)
        }
      }
    }
  }
  const { code, reason, envelope } = verdict
  return { admit: false, refusal: { code, reason, extra: envelope && { fg: envelope } } }
}

function dress(
  response: TrackerResponse,
  verdict: Extract<AnnounceVerdict, { admit: true }>,
  transport: Transport
): void {
  const { envelope, hidePeers, intervalSeconds } = verdict
  if (envelope && transport !== 'udp') {
    response['fg'] = transport === 'ws' ? Buffer.from(envelope).toString('base64url') : envelope
  }
  if (hidePeers && transport !== 'ws') {
    for (const list of ['peers', 'peers6']) if (list in response) response[list] = new Uint8Array(0)
  }
  if (intervalSeconds !== undefined) keepInterval(response, intervalSeconds)
}

/**
 * The server overwrites the interval of websocket answers with a fifth of its own; ours has to
 * stay.
 */
function keepInterval(response: TrackerResponse, seconds: number): void {
  Object.defineProperty(response, 'interval', {
    enumerable: true,
    get: () => seconds,
    set: () => undefined
  })
}
