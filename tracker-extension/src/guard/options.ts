// The guard's options with their defaults, and where each number comes from.

export interface GuardOptions {
  /** Leave `/stats` open? It walks over every member at each request. Default false. */
  stats?: boolean
  /** Answer a scrape that names no info hash with all swarms? Default false. */
  scrapeAll?: boolean
  /**
   * Further announce parameters that the server's `filter` wants to see (a passkey). Strings of at
   * most 256 characters.
   */
  extraParams?: readonly string[]
  /**
   * Members of one swarm from one address (IPv6: one /64). Default 250, a quarter of the 1,000
   * places that a stock swarm has: one host cannot push the others out, and a campus behind one
   * address, or a test bed, still fits.
   */
  swarmMembersPerAddressMax?: number
  /** Members of all swarms together from one address. Default 5,000. */
  membersPerAddressMax?: number
  /** Swarms at a time. Default 100,000 (about 2 kB each before the first member). */
  swarmsMax?: number
  /** Announces that wait for the server's filter or for admission at a time. Default 10,000. */
  pendingMax?: number
  /**
   * As `pendingMax`, from one address. Default 1,000, so that ten hosts are needed to keep all
   * others waiting.
   */
  pendingPerAddressMax?: number
  /**
   * Messages a second from one address over all transports, in the long run. Default 200: 5,000
   * members who announce every 30 seconds. What is more is refused before it is parsed.
   */
  messagesPerSecond?: number
  /** As many at once. Default 2,000. */
  messagesBurst?: number
  /**
   * TCP connections at a time from one address: HTTP and websockets. Default 2,000; not asked when
   * the server trusts a proxy, whose connections they would all be.
   */
  connectionsPerAddressMax?: number
  /** TCP connections at a time in all. Default 20,000. */
  connectionsMax?: number
  /** For the header of an HTTP request to arrive, in milliseconds. Default 10,000. */
  headersTimeoutMs?: number
  /** For a whole HTTP request to arrive, in milliseconds. Default 30,000. */
  requestTimeoutMs?: number
  /** A websocket that announced nothing for so long is ended, in milliseconds. Default 120,000. */
  wsIdleMs?: number
  /**
   * Length of a websocket message in bytes. Default 65,536: ten offers of 4 KiB and an envelope.
   * The guard lowers the limit of the server's own websocket server. Give `ws: { maxPayload }` at
   * construction as well if sockets are accepted before the guard is installed, or if they come
   * from a websocket server of your own through `onWebSocketConnection`: those the guard can only
   * drop after the message was read.
   */
  wsPayloadMax?: number
  /**
   * Bytes that may wait in a websocket whose owner does not read; then it is ended. Default 1 MiB.
   */
  wsBufferMax?: number
  /**
   * How long another socket may stay silent when its peer id is claimed by a second one, in
   * milliseconds. Default 10,000.
   */
  wsChallengeMs?: number
  /**
   * How often members that went silent are looked for, in milliseconds. Default 60,000; 0 for
   * never.
   */
  sweepMs?: number
  /** The clock, in milliseconds; for tests. */
  now?: () => number
}

export type Limits = Required<GuardOptions>

const DEFAULTS: Limits = {
  stats: false,
  scrapeAll: false,
  extraParams: [],
  swarmMembersPerAddressMax: 250,
  membersPerAddressMax: 5000,
  swarmsMax: 100_000,
  pendingMax: 10_000,
  pendingPerAddressMax: 1000,
  messagesPerSecond: 200,
  messagesBurst: 2000,
  connectionsPerAddressMax: 2000,
  connectionsMax: 20_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  wsIdleMs: 120_000,
  wsPayloadMax: 65_536,
  wsBufferMax: 1024 * 1024,
  wsChallengeMs: 10_000,
  sweepMs: 60_000,
  now: Date.now
}

/** An option is missing or wrong; raised at start. */
export class TrackerOptionError extends Error {
  readonly code = 'bad-option'
  readonly option: string

  constructor(option: string, text: string) {
    super(`Option ${option}: ${text}`)
    this.name = 'TrackerOptionError'
    this.option = option
  }
}

/**
 * The options with defaults filled in. @throws {TrackerOptionError} `bad-option` for unknown names
 * and wrong types
 */
export function readOptions(given: GuardOptions): Limits {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name))
      throw new TrackerOptionError(name, 'there is none of this name')
    const wanted = typeof DEFAULTS[name as keyof Limits]
    if (value !== undefined && typeof value !== wanted) {
      throw new TrackerOptionError(name, `a ${wanted} is wanted`)
    }
    if (wanted === 'number' && value !== undefined && !(value >= 0)) {
      throw new TrackerOptionError(name, 'a number from 0 is wanted')
    }
  }
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...DEFAULTS, ...(Object.fromEntries(set) as GuardOptions) }
}
