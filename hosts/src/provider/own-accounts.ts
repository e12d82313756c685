// The accounts of our own seeders, as their wallets name them: also of those that do not run now. Their money is ours.

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, fromBase64url, toHex } from '@floodgate/protocol'
import type { LedgerStore } from '@floodgate/tracker'
import { decodeState } from '@floodgate/wallet'
import { readIfThere, type Home } from './home.ts'

/** Uids in hex. A wallet that is damaged names nobody; its seeder says so when it starts. */
export async function ownAccounts(home: Pick<Home, 'seederWallet' | 'seeders'>): Promise<string[]> {
  const names = (await readdir(home.seeders)).filter((name) => name.endsWith('.json'))
  const files = [home.seederWallet, ...names.map((name) => join(home.seeders, name))]
  const uids = await Promise.all(files.map(uidIn))
  return uids.filter((uid) => uid !== undefined)
}

async function uidIn(file: string): Promise<string | undefined> {
  const text = await readIfThere(file)
  if (text === undefined) return undefined
  try {
    const uid = fromBase64url(decodeState(text).uid)
    return uid?.some((byte) => byte !== 0) === true ? toHex(uid) : undefined
  } catch (error) {
    if (codeOf(error) === 'wallet-damaged') return undefined
    throw error
  }
}

/** Says of an account of ours that it is a seeder's, and, in the ledger, that its money is ours. Throws `unknown-account`. */
export const nameOwn =
  (store: Pick<LedgerStore, 'execute'>, ownSeeders: Set<string>) =>
  async (uid: string): Promise<void> => {
    ownSeeders.add(uid)
    await store.execute({ kind: 'ownAccount', uid, now: Date.now() })
  }
