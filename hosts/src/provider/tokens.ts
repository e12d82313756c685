// Further tokens of the operator: one file each in the provider's directory, named as the token, with a hash instead of the
// token itself. The running provider reads them at each request, so what is made or revoked counts at once.

import { createHash, randomBytes } from 'node:crypto'
import { link, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { ALL_SCOPES, isSecret, type Operator, type Scope } from '@floodgate/tracker'
import { makeDirectory } from '../directory.ts'
import { ifThere } from '../there.ts'
import { readIfThere, writePrivate, type Home } from './home.ts'

export interface TokenEntry {
  name: string
  /** SHA-256 of the token, in hex. It has 256 random bits, so nothing slower is needed. */
  hash: string
  scopes: Scope[]
  /** Unix milliseconds, as `expiresAt`, which is 0 for a token without an end. */
  createdAt: number
  expiresAt: number
}

/** What a token looks like, so that scanners for leaked secrets can find it; also keeps strangers' guesses from the disk. */
const FORM = /^fgop_[\w-]{43}$/
const NAME = /^[a-z\d][a-z\d-]{0,31}$/
const ENDING = '.json'
/** Of the token that every provider has from its first start on. */
export const FIRST = 'first'

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Throws `bad-option` for a name that is none. */
function expectName(name: string): string {
  if (NAME.test(name) && name !== FIRST) return name
  throw new FloodgateError('bad-option', `a name such as grafana or cash-desk, not ${name}`)
}

/** Makes a token; only the answer ever holds it. Throws `bad-option` when there is one of this name. */
export async function createToken(
  { tokens }: Home,
  wish: Pick<TokenEntry, 'name' | 'scopes' | 'expiresAt'>,
  now: number
): Promise<string> {
  const name = expectName(wish.name)
  const token = `fgop_${randomBytes(32).toString('base64url')}`
  const entry: TokenEntry = { ...wish, name, hash: hashOf(token), createdAt: now }
  await makeDirectory(tokens, 0o700)
  const path = join(tokens, name + ENDING)
  const beside = `${path}.${process.pid}`
  await writePrivate(beside, `${JSON.stringify(entry, null, 2)}\n`)
  try {
    // Unlike a rename, it does not take the place of another.
    await link(beside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new FloodgateError(
      'bad-option',
      `there is a token ${name} already: choose another name, or end it with floodgate token revoke ${name}`
    )
  } finally {
    await rm(beside, { force: true })
  }
  return token
}

/** All tokens, by name. */
export async function listTokens({ tokens }: Home): Promise<TokenEntry[]> {
  const names = (await ifThere(readdir(tokens))) ?? []
  const paths = names.filter((name) => name.endsWith(ENDING)).sort()
  const entries = await Promise.all(paths.map((name) => readEntry(join(tokens, name))))
  return entries.filter((entry) => entry !== undefined)
}

/** Undefined when it was revoked just now. */
async function readEntry(path: string): Promise<TokenEntry | undefined> {
  const text = await readIfThere(path)
  if (text === undefined) return undefined
  try {
    const { name, hash, scopes, createdAt, expiresAt } = JSON.parse(text) as TokenEntry
    const known = scopes.filter((scope) => ALL_SCOPES.includes(scope))
    return { name, hash, scopes: known, createdAt, expiresAt }
  } catch {
    throw new FloodgateError('bad-option', `${path} is no token`)
  }
}

/** Throws `bad-option` when there is no such token. */
export async function revokeToken({ tokens }: Home, name: string): Promise<void> {
  try {
    await rm(join(tokens, expectName(name) + ENDING))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new FloodgateError('bad-option', `there is no token ${name}`)
  }
}

/** Whose token this is. All are compared, each in constant time, so that time says nothing about any. */
export async function findToken(
  home: Home,
  token: string,
  now: number
): Promise<Operator | undefined> {
  if (!FORM.test(token)) return undefined
  const hash = hashOf(token)
  const found = (await listTokens(home)).filter((entry) => isSecret(hash, entry.hash))
  const [entry] = found.filter(({ expiresAt }) => expiresAt === 0 || now < expiresAt)
  return entry && { name: entry.name, scopes: entry.scopes }
}
