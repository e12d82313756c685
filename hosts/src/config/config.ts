// Reads a configuration file (YAML) against the table of options and the sections. The first thing that is wrong is named with
// its path and line, and with the key that was probably meant.

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { LineCounter, isMap, isScalar, parseDocument, type Document } from 'yaml'
import { z } from 'zod'
import { nearest } from './nearest.ts'
import { OPTIONS, type OptionRow, type ProviderOptions } from './options.ts'
import { SECTIONS, type Section } from './sections.ts'
import { withSecrets } from './secrets.ts'

export interface Config {
  options: ProviderOptions
  /** What each section's schema made of it, by its name. */
  sections: Record<string, unknown>
  /** Values that came from files or the environment: not to be shown. */
  secrets: string[]
}

/** Reads the file at `path`. Throws `bad-option`, and what the system says of files. */
export async function readConfig(path: string, sections = SECTIONS): Promise<Config> {
  return parseConfig(await readFile(path, 'utf8'), path, sections)
}

/** As `readConfig`, of a text; `path` names it, and paths in it are relative to where it lies. */
export function parseConfig(
  text: string,
  path: string,
  sections: readonly Section[] = SECTIONS
): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const fail = (where: PropertyKey[], said: string): never => {
    const line = lineOf(document, lines, where)
    const at = where.length > 0 ? `${where.map(String).join('.')}: ` : ''
    throw new FloodgateError('bad-option', `${path}:${line}: ${at}${said}`)
  }
  const [broken] = document.errors
  if (broken !== undefined) {
    const line = lines.linePos(broken.pos[0]).line
    throw new FloodgateError('bad-option', `${path}:${line}: ${broken.message.split('\n', 1)[0]}`)
  }
  const secrets: string[] = []
  const given = withSecrets(document.toJS() ?? {}, fail, secrets)
  const schema = schemaOf(sections)
  const { success, data, error } = schema.safeParse(given)
  if (!success) return complain(schema, error.issues[0]!, fail)
  const isSection = (name: string): boolean => sections.some((one) => one.name === name)
  const [own, others] = [false, true].map((wanted) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => isSection(name) === wanted))
  )
  return { options: withPaths(own as ProviderOptions, path), sections: others!, secrets }
}

function schemaOf(sections: readonly Section[]): z.ZodObject {
  return z.strictObject({
    ...Object.fromEntries(OPTIONS.map((row) => [row.key, valueOf(row).optional()])),
    ...Object.fromEntries(sections.map(({ name, schema }) => [name, schema.optional()]))
  })
}

/** What the command line takes as text may be a number here. */
function valueOf({ parse }: OptionRow): z.ZodType {
  if (parse === undefined) return z.boolean()
  return z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return parse(String(value))
    } catch (error) {
      context.addIssue((error as FloodgateError).detail)
      return z.NEVER
    }
  })
}

function complain(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  fail: (path: PropertyKey[], text: string) => never
): never {
  if (issue.code !== 'unrecognized_keys') return fail(issue.path, issue.message)
  const key = issue.keys[0]!
  const meant = nearest(key, keysAt(schema, issue.path))
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return fail([...issue.path, key], `there is no such key${hint}`)
}

/** Keys of the object at `path` of a schema, as far as it is made of objects. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema
  const unwrap = (): void => {
    for (;;) {
      if (at instanceof z.ZodOptional || at instanceof z.ZodDefault) at = at.unwrap()
      else if (at instanceof z.ZodPipe) at = at.out
      else return
    }
  }
  for (const key of path) {
    unwrap()
    at = at instanceof z.ZodObject ? at.shape[String(key)] : undefined
  }
  unwrap()
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** Where the deepest part of `path` that there is begins, from 1. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let offset = 0
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key)
      if (pair === undefined) break
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset
      node = pair.value
    } else {
      node = document.getIn(path.slice(0, path.indexOf(key) + 1), true)
      offset = (node as { range?: [number] } | undefined)?.range?.[0] ?? offset
    }
  }
  return lines.linePos(offset).line
}

function withPaths(options: ProviderOptions, path: string): ProviderOptions {
  const moved = OPTIONS.filter(({ key, isPath }) => isPath === true && options[key] !== undefined)
  const base = dirname(path)
  return {
    ...options,
    ...Object.fromEntries(moved.map(({ key }) => [key, resolve(base, String(options[key]))]))
  }
}

/** All options in force: what was said, the later saying winning, and what holds otherwise. */
export function optionsInForce(...said: ProviderOptions[]): ProviderOptions {
  const otherwise = OPTIONS.filter((row) => row.otherwise !== undefined)
  const defaults = Object.fromEntries(otherwise.map((row) => [row.key, row.otherwise]))
  return Object.assign(defaults, ...said) as ProviderOptions
}
