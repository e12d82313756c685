// Secrets in a configuration file: a text `file:/path` or `env:NAME` stands for what is there, and is shown to nobody.

import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { HIDDEN } from '../provider/redaction.ts'

/** Where a text says that the value is; undefined for a text that means itself. */
function sourceOf(text: string): { kind: 'file' | 'env'; from: string } | undefined {
  const [, kind, from = ''] = /^(file|env):(.+)$/s.exec(text) ?? []
  if (kind === 'file' && isAbsolute(from)) return { kind, from }
  if (kind === 'env' && /^\w+$/.test(from)) return { kind, from }
  return undefined
}

/** Values as they are meant, with the texts that came from elsewhere. `fail` is told of what is not there. */
export function withSecrets(
  value: unknown,
  fail: (path: PropertyKey[], text: string) => never,
  secrets: string[],
  path: PropertyKey[] = []
): unknown {
  if (Array.isArray(value)) {
    return value.map((one, i) => withSecrets(one, fail, secrets, [...path, i]))
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => [
      key,
      withSecrets(one, fail, secrets, [...path, key])
    ])
    return Object.fromEntries(entries)
  }
  const source = typeof value === 'string' ? sourceOf(value) : undefined
  if (source === undefined) return value
  const secret = source.kind === 'env' ? process.env[source.from] : firstLine(source.from)
  if (secret === undefined || secret === '') fail(path, `${String(value)} is not there`)
  secrets.push(secret!)
  return secret
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0]!.trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** For people: secrets, and passwords in URLs, are hidden. */
export function withoutSecrets(value: unknown, secrets: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, secrets))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, one]) => [key, withoutSecrets(one, secrets)])
    return Object.fromEntries(entries)
  }
  if (typeof value !== 'string') return value
  if (secrets.includes(value)) return HIDDEN
  return value.replace(/^(\w+:\/\/[^:@/]*):.*@/, `$1:${HIDDEN}@`)
}
