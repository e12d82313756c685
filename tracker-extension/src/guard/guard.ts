// The guard as a whole: puts its parts around a bittorrent-tracker Server, from outside, and takes
// them down with it.
import { checkDoors } from '../attach/doors.ts'
import type { TrackerServer } from '../attach/server.ts'
import { Budget } from './budget.ts'
import type { GuardCore } from './core.ts'
import { newCounters, type TrackerCounters } from './counters.ts'
import { guardFunnel } from './funnel.ts'
import { guardHttp } from './http.ts'
import { readOptions, TrackerOptionError, type GuardOptions } from './options.ts'
import { guardSockets, Sockets } from './sockets.ts'
import { SwarmBooks } from './swarms.ts'
import { guardUdp } from './udp.ts'

export interface TrackerGuard {
  /** Every message to the tracker by kind, since the guard was installed. */
  readonly counters: Readonly<TrackerCounters>
  /**
   * What is remembered at the moment: bounded, and back to nothing when the last member is gone.
   */
  readonly held: { swarms: number; hosts: number; sockets: number }
  /** Lets go of members that went silent and of websockets without a member, now; runs by itself every `sweepMs`. */
  sweep(): void
}

const cores = new WeakMap<TrackerServer, GuardCore>()

/**
 * Guards a bittorrent-tracker Server against what strangers can send, with or without payments:
 * parameters are checked by name and type, exceptions contained (the asker gets a failure reason,
 * the server emits `warning`), websocket peers can only speak for themselves, UDP askers must own
 * their address, and memory is bounded. Call it before `listen`. The server goes on working as
 * documented; its `filter` is asked as before, but only for announces that passed.
 * @param server any Server of bittorrent-tracker 11, or a build of the same code
 * @throws `tracker-door-closed` if the server is of another shape, `bad-option` for wrong options or a guarded server
 */
export function guardTracker(server: object, options: GuardOptions = {}): TrackerGuard {
  return guardOf(installGuard(server as TrackerServer, options))
}

/** What of a guard is for the host to see. */
export function guardOf(core: GuardCore): TrackerGuard {
  return {
    counters: core.counters,
    get held() {
      return { ...core.books.size, sockets: core.sockets.size }
    },
    sweep: () => sweep(core)
  }
}

/** The inside of a server's guard, for the attachment; undefined if it has none. */
export function coreOf(server: TrackerServer): GuardCore | undefined {
  return cores.get(server)
}

/** As {@link guardTracker}, with the guard's inside. */
export function installGuard(server: TrackerServer, options: GuardOptions = {}): GuardCore {
  const limits = readOptions(options)
  checkDoors(server)
  if (cores.has(server)) throw new TrackerOptionError('server', 'it is guarded already')
  const sockets = new Sockets(server._trustProxy === true)
  const core: GuardCore = {
    server,
    limits,
    counters: newCounters(),
    sockets,
    messages: new Budget({ perSecond: limits.messagesPerSecond, burst: limits.messagesBurst }),
    books: new SwarmBooks(server, limits, sockets),
    filter: server._filter,
    admission: undefined
  }
  // The guard asks it, so that the server's own part runs in one go and can be contained.
  delete server._filter
  cores.set(server, core)
  guardFunnel(core)
  guardHttp(core)
  guardUdp(core)
  guardSockets(core)
  endWithServer(core)
  return core
}

function sweep({ books, sockets, limits }: GuardCore): void {
  books.sweep()
  sockets.endIdle(limits.wsIdleMs)
}

function endWithServer(core: GuardCore): void {
  const { server, limits, sockets } = core
  const timer =
    limits.sweepMs > 0 ? setInterval(() => sweep(core), limits.sweepMs).unref() : undefined
  const close = server.close
  server.close = (done) => {
    clearInterval(timer)
    close.call(server, done)
    sockets.terminateAll()
  }
}
