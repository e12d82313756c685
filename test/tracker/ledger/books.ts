// What suites of the compliance suite have in common: accounts that are there, their balances, and books that are in order.
import assert from 'node:assert/strict'
import type { Command, LedgerStore } from '../../../tracker-extension/src/ledger/index.ts'
import type { OpenLedger } from './compliance.ts'
import { openAccount, resultOf } from './script.ts'

/** An empty ledger with these accounts. */
export async function openWith(open: OpenLedger, ...uids: string[]): Promise<LedgerStore> {
  const store = await open()
  for (const uid of uids) await openAccount(store, uid)
  return store
}

/** Fails if the audit finds anything. */
export async function closeAudited(store: LedgerStore): Promise<void> {
  assert.deepEqual((await store.audit()).faults, [])
  await store.close()
}

export const balanceOf = async (store: LedgerStore, uid: string): Promise<bigint> =>
  (await store.account(uid))!.balanceMinor

export const balancesOf = (store: LedgerStore, ...uids: string[]): Promise<bigint[]> =>
  Promise.all(uids.map((uid) => balanceOf(store, uid)))

/** The code of a refusal, '' for none. */
export async function refusalOf(store: LedgerStore, command: Command): Promise<string> {
  const answer = await resultOf(store, command)
  return answer === 'ok' ? '' : answer
}
