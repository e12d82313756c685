// The log for operations, beside what the command tells people and programs: requests, the operator's acts, errors. One line
// each, in JSON or to be read; every line passes the redaction last, so that no field can carry a secret out.

import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import type { RequestNote } from '@floodgate/tracker'
import pc from 'picocolors'
import { pino, type Logger } from 'pino'
import { failureOf } from '../failures.ts'
import { short } from '../units.ts'
import { HIDDEN, redactionOf, type Redact } from './redaction.ts'

export const LOG_FORMS = ['json', 'pretty', 'off'] as const
export type LogForm = (typeof LOG_FORMS)[number]

/** Fields that no line of ours has; should one come in with somebody's error, it is hidden whatever it holds. */
const NEVER = ['authorization', 'token', 'password', 'secret', 'seed', 'key', 'passphrase']

export class Log {
  readonly #logger: Logger
  readonly #file: WriteStream | undefined
  readonly #secrets = new Set<string>()
  #redact: Redact = redactionOf([])

  /** `file`: default is stderr. */
  constructor(form: LogForm, file?: string) {
    this.#file =
      file === undefined || form === 'off'
        ? undefined
        : createWriteStream(file, { flags: 'a', mode: 0o600 })
    const stream = this.#file ?? process.stderr
    const write = (line: string): void => {
      const safe = this.#redact(line)
      stream.write(form === 'pretty' ? prettyLine(safe) : safe)
    }
    this.#logger = pino(
      {
        enabled: form !== 'off',
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: { paths: NEVER.flatMap((name) => [name, `*.${name}`]), censor: HIDDEN }
      },
      { write }
    )
  }

  /** From now on hides these as well. */
  hide(secrets: Iterable<string>): void {
    for (const secret of secrets) this.#secrets.add(secret)
    this.#redact = redactionOf(this.#secrets)
  }

  /** Acts of the operator stand out by their message and the name of the token. */
  request({ method, route, status, ms, code, operator, asker }: RequestNote): void {
    if (!this.#logger.isLevelEnabled('info')) return
    const uid = asker?.()
    const fields = {
      ...{ method, route, status, ms: Math.round(ms * 1000) / 1000 },
      ...(code !== undefined && { code }),
      ...(operator !== undefined && { operator }),
      ...(uid !== undefined && { uid: short(uid) })
    }
    const message = operator === undefined ? 'request' : 'operator'
    if (status >= 500) this.#logger.warn(fields, message)
    else this.#logger.info(fields, message)
  }

  error(error: unknown): void {
    const { code, text } = failureOf(error)
    const stack = error instanceof Error ? error.stack : undefined
    this.#logger.error({ code, text, stack }, 'error')
  }

  info(message: string, fields: object = {}): void {
    this.#logger.info(fields, message)
  }

  async close(): Promise<void> {
    if (this.#file === undefined) return
    const closed = once(this.#file, 'close')
    this.#file.end()
    await closed
  }
}

const COLOURS: Record<string, (text: string) => string> = {
  info: pc.green,
  warn: pc.yellow,
  error: pc.red
}

/** `12:00:00.000 info  request method=GET route=/provider …` */
function prettyLine(line: string): string {
  const { level, time, msg, pid, ...fields } = JSON.parse(line) as Record<string, unknown>
  const named = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
  const label = String(level).padEnd(5)
  const coloured = COLOURS[String(level)]?.(label) ?? label
  return `${String(time).slice(11, 23)} ${String(pid)} ${coloured} ${String(msg)} ${named.join(' ')}\n`
}
