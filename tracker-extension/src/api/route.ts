// What a row of the table of routes is. Router, limits, checks of parameters and bodies, authorization, the budget that a
// request spends, and the OpenAPI document all follow from it; the rows themselves stand in rows/.

import { BOX_OVERHEAD, type ErrorCode, type MessageName } from '@floodgate/protocol'
import type { z } from 'zod'
import type { Ask, Desk } from './desk.ts'
import type { Scope } from './operators.ts'

export const BASE = '/floodgate/v1'

/** Types of bodies. Messages are octet streams, as the message table has them. */
export const TYPES = {
  message: 'application/octet-stream',
  json: 'application/json',
  torrent: 'application/x-bittorrent',
  xml: 'application/xml',
  metrics: 'text/plain; version=0.0.4; charset=utf-8'
} as const

export interface Route {
  method: 'GET' | 'POST'
  /** In the notation of @koa/router; `{/:name}` may be left out. */
  path: string
  /** Below `BASE`, or where probes look: at the root, whatever the version of the API. */
  at?: 'base' | 'root'
  /** What it does, in one sentence. */
  summary: string
  /** Type and greatest length in bytes of the request's body; none for GET. */
  takes?: { type: string; bytesMax: number }
  /** Type of the answer: bytes for `message` and `torrent`, for `json` what JSON.stringify takes. */
  gives: string
  /** Parameters of path and query. What is asked is checked with it before `run`. */
  params?: z.ZodObject
  /** Of a body in JSON, which is checked with it before `run`. */
  body?: z.ZodType
  /** Of an answer in JSON. Tests parse every answer with it. */
  answer?: z.ZodType
  /** The message that the body is, sealed when its row of the message table says box. */
  message?: MessageName
  /** The message that the answer is. */
  reply?: MessageName
  /** What it refuses with beyond what follows from the other fields (refusals.ts). */
  errors?: readonly ErrorCode[]
  /** Only with a token of the operator that opens `scope`; without a scope, one that opens all. */
  operator?: boolean
  scope?: Scope
  /** A budget of its own (F66), or none at all; all others share that of requests. */
  rate?: 'registrations' | 'codes' | 'lines' | 'unlimited'
  run(desk: Desk, ask: Ask): unknown
}

/** A row before it says what it is. */
type Bare = Pick<Route, 'method' | 'path' | 'takes' | 'gives' | 'run'>

export const get = (path: string, gives: string, run: Route['run']): Bare => ({
  ...{ method: 'GET', path, gives, run }
})

export const post = (
  path: string,
  takes: Route['takes'],
  gives: string,
  run: Route['run']
): Bare => ({ ...{ method: 'POST', path, gives, run }, takes })

export const message = (bytesMax: number): NonNullable<Route['takes']> => ({
  ...{ type: TYPES.message, bytesMax }
})

/** A message that is sealed to the provider's box key. */
export const box = (bytesMax: number): NonNullable<Route['takes']> =>
  message(bytesMax + BOX_OVERHEAD)

export const json = (bytesMax = 4096): NonNullable<Route['takes']> => ({
  ...{ type: TYPES.json, bytesMax }
})
