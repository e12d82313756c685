// Where a provider keeps its ledger: a file in its directory, or a PostgreSQL database that several providers share.

import { FloodgateError, codeOf } from '@floodgate/protocol'
import {
  postgresLedger,
  sqliteLedger,
  type LedgerOptions,
  type LedgerStore
} from '@floodgate/tracker'
import { isThere } from '../there.ts'
import { loadSettings, readIfThere, writePrivate, type Home } from './home.ts'

/**
 * Opens the ledger of `home`: in the database at `url`, or where it was last. Throws what the stores throw, and
 * `bad-option` for a URL of another kind, or when there is a ledger in a file already: nobody has two books.
 */
export async function openLedger(
  home: Home,
  options: LedgerOptions,
  url?: string
): Promise<LedgerStore> {
  const known = await knownUrl(home)
  const now = url ?? known
  if (now === undefined) {
    await expectLedger(home)
    try {
      return await sqliteLedger(home.ledger, options)
    } catch (error) {
      if (codeOf(error) !== 'ledger-in-use') throw error
      throw new FloodgateError('ledger-in-use', `stop the provider of ${home.dir} first`)
    }
  }
  expectDatabase(now)
  if (await isThere(home.ledger)) {
    throw new FloodgateError('bad-option', `the ledger of ${home.dir} is ${home.ledger}`)
  }
  const store = await postgresLedger(now, options)
  if (now !== known) await writePrivate(home.ledgerUrl, `${now}\n`)
  return store
}

/** Throws `bad-option` for a URL of another kind: before anything is made. */
export function expectDatabase(url: string): void {
  if (/^postgres(ql)?:\/\//.test(url)) return
  throw new FloodgateError('bad-option', 'a ledger elsewhere is at postgres://…')
}

/** A new ledger in the place of one that is gone would say that nobody has anything. Throws `bad-option`. */
async function expectLedger(home: Home): Promise<void> {
  if ((await loadSettings(home)) === undefined || (await isThere(home.ledger))) return
  throw new FloodgateError(
    'bad-option',
    `the ledger ${home.ledger} is gone: put it back, or floodgate restore the newest of ${home.backups}`
  )
}

/** Where the ledger was last, if not in a file. */
export const knownUrl = async (home: Home): Promise<string | undefined> =>
  (await readIfThere(home.ledgerUrl))?.trim()
