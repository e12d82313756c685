// The one place that talks HTTP to the provider: bounded in time and size, and every failure is one of the
// error table's. What the provider says is checked by the callers.

import {
  FloodgateError,
  concat,
  fromUtf8,
  isErrorCode,
  saidLine,
  type ErrorCode
} from '@floodgate/protocol'

const TIMEOUT_MS = 15_000

/** What the provider refused with; `time` is its clock in Unix milliseconds, when it told. */
export class Refusal extends FloodgateError {
  readonly time: number | undefined

  constructor(code: ErrorCode, detail: string, time?: number) {
    super(code, detail)
    this.time = time
  }
}

/**
 * What Node calls a connection that ended under a request, as a kept one does when the provider closes it at that moment.
 * To ask again is for the client (RFC 9112, 9.3.1); browsers do so by themselves.
 */
const ENDED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** The body of a successful answer. Throws `unreachable`, `too-long` or the code that the provider gives. */
export async function ask(
  url: string,
  bytesMax: number,
  body?: Uint8Array,
  timeoutMs = TIMEOUT_MS
): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(timeoutMs)
  const { status, answer } = await twice(() => exchange(url, bytesMax, body, signal))
  if (answer === undefined) throw new FloodgateError('too-long', url)
  if (status !== 200) throw refusalOf(status, answer)
  return answer
}

/** Nothing is asked of a provider that may not be asked twice. */
async function twice<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt().catch((error: unknown) => {
      if (!ENDED.has(causeOf(error).code ?? '')) throw error
      return attempt()
    })
  } catch (error) {
    throw new FloodgateError('unreachable', String(causeOf(error).message))
  }
}

/** What `fetch` hides behind "fetch failed". */
function causeOf(error: unknown): { message?: string; code?: string } {
  return ((error as Error).cause ?? error) as { message?: string; code?: string }
}

async function exchange(
  url: string,
  bytesMax: number,
  body: Uint8Array | undefined,
  signal: AbortSignal
): Promise<{ status: number; answer: Uint8Array | undefined }> {
  const response = await fetch(url, {
    signal,
    redirect: 'error', // what is signed for one provider goes to no other
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: body.slice()
    })
  })
  return { status: response.status, answer: await readBody(response, bytesMax) }
}

/** Undefined when the body is longer than `bytesMax`; the rest is not read. */
async function readBody(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const step = await reader?.read()
    if (step === undefined || step.done) return concat(...chunks)
    length += step.value.length
    chunks.push(step.value)
    if (length <= bytesMax) continue
    await reader?.cancel()
    return undefined
  }
}

function refusalOf(status: number, body: Uint8Array): FloodgateError {
  const said = jsonOf(body)
  const code = said?.['error']
  const time = said?.['time']
  if (typeof code === 'string' && isErrorCode(code)) {
    const detail = saidLine(said?.['detail']) || `HTTP ${status}`
    return new Refusal(code, detail, typeof time === 'number' ? time : undefined)
  }
  return new FloodgateError(status >= 500 ? 'unreachable' : 'bad-request', `HTTP ${status}`)
}

/** A JSON object; undefined when it is anything else. */
export function jsonOf(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(body) ?? '')
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
