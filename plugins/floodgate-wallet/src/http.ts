// The one place that talks HTTP to the provider: bounded in time and size, and every failure is one of the
// error table's. What the provider says is checked by the callers.

import { FloodgateError, concat, fromUtf8, isErrorCode, type ErrorCode } from '@floodgate/protocol'

const TIMEOUT_MS = 15_000

/** What the provider refused with; `time` is its clock in Unix milliseconds, when it told. */
export class Refusal extends FloodgateError {
  readonly time: number | undefined

  constructor(code: ErrorCode, detail: string, time?: number) {
    super(code, detail)
    this.time = time
  }
}

/** The body of a successful answer. Throws `unreachable`, `too-long` or the code that the provider gives. */
export async function ask(url: string, bytesMax: number, body?: Uint8Array): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  let status: number
  let answer: Uint8Array | undefined
  try {
    const response = await fetch(url, {
      signal,
      redirect: 'error', // what is signed for one provider goes to no other
      ...(body && {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: body.slice()
      })
    })
    status = response.status
    answer = await readBody(response, bytesMax)
  } catch (error) {
    const cause = (error as Error).cause ?? error
    throw new FloodgateError('unreachable', String((cause as Error).message))
  }
  if (answer === undefined) throw new FloodgateError('too-long', url)
  if (status !== 200) throw refusalOf(status, answer)
  return answer
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
    return new Refusal(code, `HTTP ${status}`, typeof time === 'number' ? time : undefined)
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
