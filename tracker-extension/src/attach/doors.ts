// The one table of the doors by which we enter a bittorrent-tracker Server. Nothing else of it,
// public or private, is touched. Checked when guard or attachment is installed;
// test/tracker/attach/doors.test.ts walks through each.
import type { TrackerServer } from './server.ts'

interface Door {
  /** Path from the server, as the error names it. */
  door: string
  /** Its type; `present` if that varies, `optional` if it may be absent. */
  is: 'function' | 'object' | 'number' | 'boolean' | 'present' | 'optional'
  /** Only if the server offers this transport. */
  when?: 'http' | 'ws' | 'udp4'
  use: string
}

const door = (name: string, is: Door['is'], use: string, when?: Door['when']): Door => ({
  door: name,
  is,
  use,
  when
})

/**
 * Every member we call, replace or read, and what for. `_x` are private to the server: pin its
 * minor version.
 */
export const DOORS: readonly Door[] = [
  door('_onRequest', 'function', 'the funnel of all transports: after parsing, before encoding'),
  door('getSwarm', 'function', 'replaced: at once, not on the next tick'),
  door('createSwarm', 'function', 'replaced: two first announces make one swarm'),
  door('constructor.Swarm', 'function', 'the class of a swarm'),
  door('torrents', 'object', 'swarms by info hash'),
  door('intervalMs', 'number', 'the announce interval to hand out'),
  door('destroyed', 'boolean', 'closed: answer nothing more'),
  door('_filter', 'optional', 'taken out: the guard asks it'),
  door('_trustProxy', 'optional', 'take the address that a proxy says'),
  door('emit', 'function', 'warnings'),
  door('close', 'function', 'wrapped: timers and websockets end with the server'),
  door('onHttpRequest', 'function', 'wrapped: our paths go to the API', 'http'),
  door('http.on', 'function', 'counts connections by address', 'http'),
  door('http.listening', 'boolean', 'is the port open?', 'http'),
  door('http.prependListener', 'function', 'closes /stats', 'http'),
  door('onUdpRequest', 'function', 'wrapped: connection ids', 'udp4'),
  door('udp4.send', 'function', 'wrapped: a failed answer is a warning, not an error', 'udp4'),
  door('udp6.send', 'function', 'as udp4.send', 'udp4'),
  door('onWebSocketConnection', 'function', 'wrapped: limits per socket', 'ws'),
  door('_onWebSocketRequest', 'function', 'wrapped: contained', 'ws'),
  door('_onWebSocketClose', 'function', 'wrapped: a socket takes only its own members along', 'ws'),
  door('ws.options', 'object', 'caps the length of a message', 'ws')
]

/** Members of a swarm, checked on the first swarm that is made. */
export const SWARM_DOORS: readonly Door[] = [
  door('announce', 'function', 'takes a member out'),
  door('complete', 'number', 'seeders'),
  door('incomplete', 'number', 'leechers'),
  door('peers.keys', 'object', 'members that were there before the guard'),
  door('peers.length', 'number', 'an empty swarm is freed'),
  door('peers.max', 'number', 'a full swarm takes nobody, and pushes nobody out'),
  door('peers.peek', 'function', 'who holds this place'),
  door('peers.set', 'function', 'wrapped: counts members per address'),
  door('peers.remove', 'function', 'wrapped: as peers.set'),
  door('peers.tail', 'present', 'the member met longest ago'),
  door('peers.on', 'function', 'a member that went silent'),
  door('peers.removeAllListeners', 'function', 'the stock listener removes strangers')
]

/**
 * The tracker server is not of the shape we know; `door` says where. Raised at start, never by a
 * stranger.
 */
export class TrackerDoorError extends Error {
  readonly code = 'tracker-door-closed'
  readonly door: string

  constructor(closed: Door) {
    super(
      `The tracker server has no "${closed.door}" (${closed.use}): not a bittorrent-tracker Server of version 11, or one that changed.`
    )
    this.name = 'TrackerDoorError'
    this.door = closed.door
  }
}

/**
 * Is every door open?
 * @throws {TrackerDoorError} `tracker-door-closed`, naming the first that is not
 */
export function checkDoors(server: TrackerServer): void {
  checkAll(server, DOORS)
}

/** As {@link checkDoors}, for a swarm. */
export function checkSwarmDoors(swarm: object): void {
  checkAll(swarm, SWARM_DOORS)
}

function checkAll(host: object, doors: readonly Door[]): void {
  for (const row of doors) {
    if (row.when && !reach(host, row.when)) continue
    if (row.is === 'optional') continue
    const found = reach(host, row.door)
    const open = row.is === 'present' ? found !== undefined : typeof found === row.is
    if (!open || (found === null && row.is === 'object')) throw new TrackerDoorError(row)
  }
}

function reach(from: unknown, path: string): unknown {
  let found = from
  for (const name of path.split('.')) found = (found as Record<string, unknown> | null)?.[name]
  return found
}
