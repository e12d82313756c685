// What the guard's parts share: the server, its limits and books, and the fence that keeps a
// stranger's message from throwing into the host.
import type { SwarmFilter, TrackerResponse, TrackerServer } from '../attach/server.ts'
import { hostOf } from './address.ts'
import type { Budget } from './budget.ts'
import { count, type TrackerCounters } from './counters.ts'
import type { Limits } from './options.ts'
import type { CleanAnnounce } from './params.ts'
import type { Refusal } from './reply.ts'
import type { SwarmBooks } from './swarms.ts'
import type { Sockets } from './sockets.ts'

/**
 * May this announce go on to the server? An admitted one may have its answer dressed, and joins
 * only if the swarm has room for it at that moment; a refused one joins nothing.
 */
export type AdmissionVerdict =
  | { admit: true; dress?: (response: TrackerResponse) => void; membersMax?: number }
  | { admit: false; refusal: Refusal }

/** Asked for every announce that passed the guard, one at a time for each member. */
export type Admission = (announce: CleanAnnounce) => Promise<AdmissionVerdict>

export interface GuardCore {
  readonly server: TrackerServer
  readonly limits: Limits
  readonly counters: TrackerCounters
  readonly books: SwarmBooks
  readonly sockets: Sockets
  /** Messages by host, over all transports. */
  readonly messages: Budget
  /** The server's own filter, which the guard calls in its place. */
  readonly filter: SwarmFilter | undefined
  admission: Admission | undefined
}

/** May this address send one more message? If not, that is noted. */
export function isWithinRate(core: GuardCore, address: string | undefined): boolean {
  if (core.messages.take(hostOf(address ?? ''))) return true
  count(core.counters, 'overRate')
  core.counters.refused++
  return false
}

/** Emits a warning of the server, as it does itself for bad messages; the cause stays attached. */
export function warn(core: GuardCore, error: unknown, during: string): void {
  const reason = error instanceof Error ? error.message : String(error)
  core.server.emit('warning', new Error(`${during}: ${reason}`, { cause: error }))
}

/** Runs one step of the server; what it throws becomes a warning, and false is returned. */
export function fence(core: GuardCore, during: string, step: () => void): boolean {
  try {
    step()
    return true
  } catch (error) {
    core.counters.contained++
    warn(core, error, during)
    return false
  }
}
