// Ledgers in which people earned something, for tests of runs.
import type { LedgerStore } from '@floodgate/tracker'
import { commandOf, openAccount } from '../ledger/script.ts'

export { balanceOf } from '../ledger/books.ts'

/** Alice buys and `earner` sells: it earns `pieces` × 100 minor units at `at`. */
export async function earn(
  store: LedgerStore,
  earner: string,
  pieces: number,
  at = 100
): Promise<void> {
  const tag = `${earner}-${at}`
  const bits = '1'.repeat(pieces)
  await store.execute(commandOf(`deposit d-${tag} alice ${pieces * 100} at=${at}`))
  await store.execute(commandOf(`publish film-${tag} ${pieces} 100`))
  const until = `at=${at} until=${at + 1000}`
  await store.execute(commandOf(`purchase p-${tag} alice film-${tag} 100 ${until}`))
  await store.execute(commandOf(`redeem c-${tag} ${earner} p-${tag} ${bits} at=${at}`))
}

export async function people(store: LedgerStore, destinations: Record<string, string>) {
  await openAccount(store, 'alice')
  for (const [uid, destination] of Object.entries(destinations)) {
    await openAccount(store, uid)
    if (destination === '') continue
    await store.execute({ kind: 'setDestination', uid, destination, holdMs: 0, now: 1 })
  }
}
