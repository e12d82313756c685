// What a policy sees and what it says. A policy is a pure function of what was measured: the same samples bring the same
// decisions, in a simulation as in a provider's house.

/** One leecher, as telemetry or its announces tell. Rates are bytes per second, averages since its last report. */
export interface LeecherSample {
  id: string
  /** What it gets, from everybody. */
  rate: number
  /** What it gives. */
  uplink: number
  /** Of the content, 0 to 1. */
  share: number
  /** When it was first seen, Unix milliseconds. */
  since: number
}

/** One swarm at one moment. Bytes are counted from the content's first day on, and never fall. */
export interface SwarmSample {
  /** The info hash, or whatever names the content to source and pool alike. */
  content: string
  /** Unix milliseconds. */
  time: number
  /** Bytes of the content. */
  length: number
  leechers: readonly LeecherSample[]
  /** Peers with a full copy; the provider's own are not counted. */
  seeders: number
  /** What those give, all together, bytes per second. */
  seedersUplink: number
  /** Copies of the rarest piece among all peers, whole or not; the provider's are not counted. */
  copies: number
  /** Bytes that the provider sent: `all`, those since midnight UTC of `time`, and those over HTTP. */
  provider: { all: number; today: number; http: number }
  /** Bytes that peers sent. */
  fromPeers: number
}

/** HTTP for stock clients, within `rate`. `open`: for all. `throttled`: for what is missing, the rest get 503. `closed`: 503. */
export type WebSeedState = 'open' | 'throttled' | 'closed'
export const WEB_SEED_STATES: readonly WebSeedState[] = ['closed', 'throttled', 'open']

/** What is to be true from now on. It says the state and not the change, so it may be repeated. */
export interface Decision {
  /** The most that the provider sends of this content, bytes per second: all its seeders and HTTP together. */
  rate: number
  seeders: number
  webSeed: WebSeedState
  /** Why, in sentences with numbers: `floodgate qos explain` prints them. */
  reason: string
}

/** A sample and what was decided then. */
export interface Past {
  sample: SwarmSample
  decision: Decision
}

/** Decides for one swarm at a time. It keeps no state, so one policy serves any number of swarms. */
export interface QosPolicy {
  /**
   * @param history what was, oldest first; a few steps, or none after a restart
   * @param last what holds now, after all guards; none at first
   */
  decide(sample: SwarmSample, history: readonly Past[], last: Decision | undefined): Decision
}

/** How long to wait from one decision to the next, unless said otherwise. */
export const EVERY_MS = 5_000

export const NOTHING: Decision = {
  rate: 0,
  seeders: 0,
  webSeed: 'closed',
  reason: 'Nobody is downloading.'
}
