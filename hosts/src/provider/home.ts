// The provider's directory: what lies where, made with rights for its owner only. Whoever can read it IS the provider.

import { randomBytes } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { makeDirectory } from '../directory.ts'
import { ifThere } from '../there.ts'
import type { OriginMode } from './origin.ts'

export interface Home {
  dir: string
  keys: string
  operatorToken: string
  /** Further tokens, a file each, and when each was used last. */
  tokens: string
  tokenUses: string
  settings: string
  ledger: string
  /** Holds the URL of the database, if the ledger is in PostgreSQL; private, as a password stands in it. */
  ledgerUrl: string
  backups: string
  seederWallet: string
  /** Wallets of further seeders of our own. */
  seeders: string
  /** The secrets of sealed contents, a file each. */
  sealed: string
  /** What we sent of each content. */
  sentBytes: string
  contents: string
}

export function homeOf(data: string): Home {
  const dir = resolve(data)
  return {
    dir,
    keys: join(dir, 'keys.json'),
    operatorToken: join(dir, 'operator-token'),
    tokens: join(dir, 'tokens'),
    tokenUses: join(dir, 'token-uses.json'),
    settings: join(dir, 'provider.json'),
    ledger: join(dir, 'ledger.sqlite'),
    ledgerUrl: join(dir, 'ledger-url'),
    backups: join(dir, 'backups'),
    seederWallet: join(dir, 'seeder-wallet.json'),
    seeders: join(dir, 'seeders'),
    sealed: join(dir, 'sealed'),
    sentBytes: join(dir, 'sent-bytes.json'),
    contents: join(dir, 'contents')
  }
}

/** Where and as whom this provider sells. Torrents name url, currency and key for ever, so these stay as they are. */
export interface Settings {
  /** Base URL of tracker and API, without a slash at its end. */
  url: string
  /** How it serves by HTTP; older files do not say. */
  origin?: OriginMode
  name: string
  currency: string
  host: string
  port: number
}

/** Makes the directories. */
export async function makeHome({ dir, contents, backups, seeders, sealed }: Home): Promise<void> {
  await makeDirectory(dir, 0o700)
  await makeDirectory(contents, 0o700)
  await makeDirectory(backups, 0o700)
  await makeDirectory(seeders, 0o700)
  await makeDirectory(sealed, 0o700)
}

/** Writes a file so that it is there whole or not at all, readable by its owner only. */
export async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  try {
    const file = await open(beside, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Makes a rename durable; Windows cannot open directories, and journals renames itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** The text of a file; undefined when there is none. */
export const readIfThere = (path: string): Promise<string | undefined> =>
  ifThere(readFile(path, 'utf8'))

export async function loadSettings(home: Home): Promise<Settings | undefined> {
  const text = await readIfThere(home.settings)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Settings
  } catch {
    throw new FloodgateError('bad-option', `${home.settings} is not JSON`)
  }
}

/** The settings of a provider that ran here at least once. Throws `bad-option` otherwise. */
export async function expectSettings(home: Home): Promise<Settings> {
  const settings = await loadSettings(home)
  if (settings !== undefined) return settings
  throw new FloodgateError(
    'bad-option',
    `no provider ever ran in ${home.dir}: start floodgate provider --data ${home.dir}`
  )
}

/** What proves to the API that the operator speaks; made at the first start. */
export async function loadOperatorToken(home: Home): Promise<string> {
  const text = (await readIfThere(home.operatorToken))?.trim()
  if (text !== undefined && text !== '') return text
  const token = randomBytes(32).toString('base64url')
  await writePrivate(home.operatorToken, `${token}\n`)
  return token
}
