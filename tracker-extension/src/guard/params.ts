// Which parameters may reach the server, by name and type. What is not in the tables is taken away;
// what is there with a wrong type is refused. The server's parsers let any name through, and some
// of them (a `socket` from a query) end the process.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawParams, TrackerSocket, Transport } from '../attach/server.ts'
import type { Refusal } from './reply.ts'

export type AnnounceEvent = 'started' | 'stopped' | 'completed' | 'update' | 'paused'

/**
 * An announce after the guard: every field has its type. The server goes on using the same object.
 */
export interface CleanAnnounce extends RawParams {
  info_hash: string
  peer_id: string
  /** Set by readAddress. */
  ip: string
  addr: string
  /** Of a websocket member: of the connection, not one it listens on. */
  port: number
  event: AnnounceEvent
  left: number
  numwant: number
  compact: number
  fg?: string
  offers?: { offer: object; offer_id: string }[]
  answer?: object
  to_peer_id?: string
  socket?: TrackerSocket
  httpReq?: IncomingMessage
  httpRes?: ServerResponse
}

/** Takes a value to what the server may see; undefined refuses it. */
type Read = (value: unknown) => unknown
type Row = [on: readonly Transport[], read: Read]

const ALL: readonly Transport[] = ['http', 'ws', 'udp']
const HTTP: readonly Transport[] = ['http']
const WS: readonly Transport[] = ['ws']
const UDP: readonly Transport[] = ['udp']
const QUERY: readonly Transport[] = ['http', 'ws']

// As `bittorrent-tracker` itself has it: more do not fit a UDP packet of 512 bytes.
const PEERS_MAX = 82
// Stock clients send 5, older ones 10.
const OFFERS_MAX = 10
// BEP 15: "up to about 74 torrents can be scraped at once".
const SCRAPES_MAX = 74
const EVENTS = new Set<unknown>(['started', 'stopped', 'completed', 'update', 'paused'])

const kept: Read = (value) => value
const hash: Read = (value) =>
  typeof value === 'string' && /^[0-9a-f]{40}$/.test(value) ? value : undefined
const text =
  (lengthMax: number): Read =>
  (value) =>
    typeof value === 'string' && value.length <= lengthMax ? value : undefined
const textOrNumber: Read = (value) => (typeof value === 'number' ? value : text(256)(value))
const count: Read = (value) => {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && number >= 0 ? number : undefined
}
// BEP 15 clients say "unknown" with -1.
const left: Read = (value) => (typeof value === 'number' && value >= 0 ? value : Infinity)
const port: Read = (value) =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535
    ? value
    : undefined
const numwant: Read = (value) => Math.max(0, Math.min(PEERS_MAX, Math.floor(Number(value)) || 0))
const event: Read = (value) => {
  if (value === '' || value === 'empty') return 'update'
  return EVENTS.has(value) ? value : undefined
}

const session =
  (kind: 'offer' | 'answer'): Read =>
  (value) => {
    const { type, sdp } = (value ?? {}) as { type?: unknown; sdp?: unknown }
    return type === kind && typeof sdp === 'string' ? { type, sdp } : undefined
  }
const offers: Read = (value) => {
  if (!Array.isArray(value) || value.length > OFFERS_MAX) return undefined
  const read = value.map((entry: unknown) => {
    const { offer, offer_id } = (entry ?? {}) as { offer?: unknown; offer_id?: unknown }
    return { offer: session('offer')(offer), offer_id: text(40)(offer_id) }
  })
  const whole = read.every((entry) => entry.offer !== undefined && entry.offer_id !== undefined)
  return whole ? read : undefined
}

const BY_PARSER: Record<string, Row> = {
  type: [ALL, kept],
  action: [ALL, kept],
  httpReq: [HTTP, kept],
  httpRes: [HTTP, kept],
  socket: [WS, kept],
  connectionId: [UDP, kept],
  transactionId: [UDP, kept]
}

const ANNOUNCE: Record<string, Row> = {
  ...BY_PARSER,
  ip: [ALL, kept],
  addr: [ALL, kept],
  headers: [QUERY, kept],
  info_hash: [ALL, hash],
  peer_id: [ALL, hash],
  port: [ALL, port],
  uploaded: [ALL, count],
  downloaded: [ALL, count],
  left: [ALL, left],
  event: [ALL, event],
  numwant: [ALL, numwant],
  // A websocket asker has -1 from the parser; any other number would make a query's answer out of
  // the server's own objects.
  compact: [ALL, (value) => (value === 0 || value === -1 ? value : 1)],
  key: [ALL, textOrNumber],
  trackerid: [QUERY, textOrNumber],
  offers: [WS, offers],
  answer: [WS, session('answer')],
  offer_id: [WS, text(40)],
  to_peer_id: [WS, hash],
  // 4 KiB in base64url.
  fg: [QUERY, text(5462)]
}

const hashes: Read = (value) =>
  Array.isArray(value) &&
  value.length <= SCRAPES_MAX &&
  value.every((one) => hash(one) !== undefined)
    ? value
    : undefined

const SCRAPE: Record<string, Row> = { ...BY_PARSER, info_hash: [ALL, hashes] }

/** Cleans the parameters of an announce in place. */
export function cleanAnnounce(
  params: RawParams,
  extraParams: readonly string[]
): Refusal | undefined {
  const bad = clean(params, ANNOUNCE, extraParams)
  if (bad) return bad
  params['event'] ??= 'update'
  // -1 from a query would mix websocket members into its answer.
  if (params.type !== 'ws' && params['compact'] === -1) params['compact'] = 1
  if (params.type === 'ws') {
    if (params['answer']) {
      delete params['offers']
      params['event'] = 'update'
      if (!params['to_peer_id'] || !params['offer_id']) return invalid('answer')
    }
    params['numwant'] = (params['offers'] as unknown[] | undefined)?.length ?? 0
  }
  return undefined
}

/** As {@link cleanAnnounce}, for a scrape. */
export function cleanScrape(params: RawParams, scrapeAll: boolean): Refusal | undefined {
  const bad = clean(params, SCRAPE, [])
  if (bad) return bad
  if (params['info_hash'] === undefined && !scrapeAll) {
    return { code: 'bad-request', reason: 'a scrape must name its info_hash' }
  }
  return undefined
}

function clean(
  params: RawParams,
  table: Record<string, Row>,
  extraParams: readonly string[]
): Refusal | undefined {
  for (const name of Object.keys(params)) {
    const row = Object.hasOwn(table, name) ? table[name] : undefined
    const value = params[name]
    if (value === undefined || value === null || (name === 'answer' && !value)) delete params[name]
    else if (row?.[0].includes(params.type)) {
      const read = row[1](value)
      if (read === undefined) return invalid(name)
      params[name] = read
    } else if (!row && extraParams.includes(name) && params.type !== 'udp') {
      if (text(256)(value) === undefined) return invalid(name)
    } else delete params[name]
  }
  return undefined
}

function invalid(name: string): Refusal {
  return { code: 'bad-request', reason: `invalid ${name}` }
}
