// What web pages may do here (CORS, as the Fetch standard has it): any page may ask, for there are no
// cookies and no other credentials that a browser adds by itself; what is secret the asker signs or seals.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Not `Authorization`: the operator's token is for no page. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST',
  // The last three are what WebTorrent asks a web seed with.
  'Access-Control-Allow-Headers': 'Content-Type, Range, Cache-Control, User-Agent',
  'Access-Control-Max-Age': '86400'
}

/** Lets pages of any origin read the answer. True if this was a preflight, which is answered then. */
export function admitPages({ method }: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('Access-Control-Allow-Origin', '*')
  if (method !== 'OPTIONS') return false
  response.writeHead(204, PREFLIGHT).end()
  return true
}
