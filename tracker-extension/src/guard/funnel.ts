// The way of a message through the guard: clean the parameters, check the peer id's owner and the
// caps, ask the server's filter and the admission, and only then let the server at it. Cheap
// refusals come first.
import { ACTIONS } from '../attach/server.ts'
import type { RawParams, TrackerReply, TrackerResponse } from '../attach/server.ts'
import { addressAndPort, askerOf, cleanAddress, hostOf } from './address.ts'
import { fence, warn, type AdmissionVerdict, type GuardCore } from './core.ts'
import { count } from './counters.ts'
import { Lanes } from './lanes.ts'
import { cleanAnnounce, cleanScrape, type CleanAnnounce } from './params.ts'
import { isOpen, refuse, type Refusal } from './reply.ts'
import { checkOwner } from './sockets.ts'
import { placeOf } from './swarms.ts'

const INTERNAL: Refusal = { code: 'internal', reason: 'internal error' }
const CLOSED: Refusal = { code: 'busy', reason: 'the tracker is shutting down' }
const BUSY: Refusal = { code: 'busy', reason: 'the tracker has too much to decide on; try later' }
const FULL: Refusal = { code: 'swarm-full', reason: 'the swarm takes no more members; try later' }

/** Puts the guard into the server's funnel. */
export function guardFunnel(core: GuardCore): void {
  const stock = core.server._onRequest
  const lanes = new Lanes()
  core.server._onRequest = (params, reply) => {
    const asking = new Asking(core, params, reply)
    asking.contain(() => {
      if (params.action === ACTIONS.announce) return receiveAnnounce(asking)
      if (params.action === ACTIONS.scrape) return receiveScrape(asking)
      count(core.counters, 'unreadable')
      asking.refuse({ code: 'bad-request', reason: 'invalid action' })
    })
  }

  function receiveScrape(asking: Asking): void {
    count(core.counters, 'scrapes')
    const bad = cleanScrape(asking.params, core.limits.scrapeAll)
    if (bad) return asking.refuseLoudly(bad)
    stock.call(core.server, asking.params, asking.reply)
  }

  function receiveAnnounce(asking: Asking): void {
    const announce = asking.params as CleanAnnounce
    count(core.counters, announce.type === 'ws' && announce.answer ? 'answers' : 'announces')
    const bad =
      cleanAnnounce(announce, core.limits.extraParams) ??
      readAddress(core, announce) ??
      (announce.type === 'ws' ? checkOwner(core, announce) : undefined)
    if (bad) return asking.refuseLoudly(bad)
    // The answering peer was admitted when it announced over this socket.
    if (announce.answer) return stock.call(core.server, announce, asking.reply)

    const seat = core.books.seat(announce)
    if ('reason' in seat) return asking.refuseLoudly(seat)
    if (!core.filter && !core.admission) {
      join(asking, announce, { admit: true })
      return seat.release()
    }
    const host = hostOf(announce.ip)
    const { pendingMax, pendingPerAddressMax } = core.limits
    if (lanes.pending >= pendingMax || lanes.pendingOf(host) >= pendingPerAddressMax) {
      seat.release()
      return asking.refuse(BUSY)
    }
    // One at a time for each member, so that `stopped` cannot overtake `started`.
    lanes.run(announce.info_hash + placeOf(announce), host, async () => {
      try {
        const verdict = await decide(core, announce)
        asking.contain(() => join(asking, announce, verdict))
      } catch (error) {
        asking.fail(error)
      } finally {
        seat.release()
      }
    })
  }

  function join(asking: Asking, announce: CleanAnnounce, verdict: AdmissionVerdict): void {
    if (!verdict.admit) return asking.refuse(verdict.refusal)
    if (core.server.destroyed) return asking.refuse(CLOSED)
    // It may have closed while we decided; nobody would take it out again.
    if (announce.socket && !isOpen(announce.socket)) return
    if (core.books.isFull(announce, verdict.membersMax)) return asking.refuse(FULL)
    try {
      stock.call(core.server, announce, (error, response) => {
        if (response && !error) verdict.dress?.(response)
        asking.reply(error, response)
      })
    } finally {
      core.books.freeIfEmpty(announce.info_hash)
    }
  }
}

/** First the server's own filter, whose word costs nothing, then the admission. */
async function decide(core: GuardCore, announce: CleanAnnounce): Promise<AdmissionVerdict> {
  const error = core.filter && (await askFilter(core, announce))
  if (error) {
    warn(core, error, 'filter')
    return { admit: false, refusal: { reason: error.message } }
  }
  return core.admission ? await core.admission(announce) : { admit: true }
}

function askFilter(core: GuardCore, announce: CleanAnnounce): Promise<Error | null | undefined> {
  return new Promise((resolve, reject) => {
    const returned = core.filter?.call(core.server, announce.info_hash, announce, resolve)
    // A filter that is an async function fails through its promise, which nobody else looks at.
    if (returned instanceof Promise) returned.catch(reject)
  })
}

/** The address of the connection; a proxy's word only if the server trusts it and it is one. */
function readAddress(core: GuardCore, announce: CleanAnnounce): Refusal | undefined {
  const { socket, httpReq } = announce
  const trustProxy = core.server._trustProxy === true
  const own = socket ? core.sockets.remoteOf(socket) : httpReq && askerOf(httpReq, trustProxy)
  const ip = (trustProxy ? own : undefined) ?? cleanAddress(announce.ip) ?? own
  if (ip === undefined) return { code: 'bad-request', reason: 'the asker has no address' }
  announce.ip = ip
  announce.addr = addressAndPort(ip, announce.port)
  // The server reads these again at each further message.
  if (socket) Object.assign(socket, { ip, addr: announce.addr })
  return undefined
}

/** One message on its way: answered once, whatever the server throws. */
class Asking {
  readonly params: RawParams
  readonly #core: GuardCore
  readonly #reply: TrackerReply
  readonly #sentBefore: number
  #handed = false

  constructor(core: GuardCore, params: RawParams, reply: TrackerReply) {
    this.#core = core
    this.params = params
    this.#reply = reply
    this.#sentBefore = this.#sent()
  }

  /** Hands the server's answer on to be encoded. */
  readonly reply = (error: Error | null, response?: TrackerResponse): void => {
    if (error) {
      warn(this.#core, error, this.params.type)
      return this.refuse({ reason: error.message })
    }
    this.#handed = true
    this.#reply(null, response)
  }

  refuse(refusal: Refusal): void {
    this.#core.counters.refused++
    this.#handed = true
    refuse(this.params, this.#reply, refusal)
  }

  /** As the server does for bad messages: with a warning. */
  refuseLoudly(refusal: Refusal): void {
    warn(this.#core, refusal.reason, this.params.type)
    this.refuse(refusal)
  }

  contain(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.fail(error)
    }
  }

  /**
   * Something threw: a warning for the host, `internal` for the asker unless it has its answer
   * already.
   */
  fail(error: unknown): void {
    this.#core.counters.contained++
    warn(this.#core, error, `contained, ${this.params.type}`)
    if (this.#isAnswered()) return
    fence(this.#core, 'contained twice', () => this.refuse(INTERNAL))
  }

  #isAnswered(): boolean {
    const { type, httpRes } = this.params as CleanAnnounce
    if (type === 'http') return httpRes?.writableEnded === true
    if (type === 'ws') return this.#sent() > this.#sentBefore
    return this.#handed
  }

  #sent(): number {
    const { socket } = this.params as CleanAnnounce
    return this.params.type === 'ws' && socket ? this.#core.sockets.sentTo(socket) : 0
  }
}
