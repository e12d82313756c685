// Purses that the provider's ledger does not know: it was put back from a backup that is older than they are. Nobody is paid
// from them, so they are bought with no more; they stay in the wallet, as evidence of what was sold.

import { FloodgateError, toHex } from '@floodgate/protocol'
import { ask, jsonOf } from './http.ts'
import { ROUTES } from './provider-client.ts'
import type { Purse } from './purse.ts'
import type { Wallet } from './wallet.ts'

/** Ids in one question, as many as the provider takes. */
const AT_ONCE = 64
const ANSWER_MAX = 4096
/** Who wants to trade waits no longer for the answer. */
const TIMEOUT_MS = 3000

/**
 * Asks the provider which of our purses, or of those for one content, its ledger does not know; resolves with these when it is
 * durable. One that it knows again is in use again. Throws `unreachable`, `bad-field`, and what the provider refuses with.
 */
export async function findLost(wallet: Wallet, infoHash?: Uint8Array): Promise<Purse[]> {
  const { purses } = wallet
  const all = infoHash === undefined ? purses.all() : purses.of(infoHash)
  const asked = all.filter(({ ends }) => wallet.now() < ends)
  for (let at = 0; at < asked.length; at += AT_ONCE) {
    const page = asked.slice(at, at + AT_ONCE)
    const unknown = await unknownOf(wallet, page)
    for (const purse of page) purses.setLost(purse, unknown.has(toHex(purse.id)))
  }
  await wallet.saved()
  return asked.filter(({ isLost }) => isLost)
}

async function unknownOf(wallet: Wallet, purses: Purse[]): Promise<Set<unknown>> {
  const ids = purses.map(({ id }) => toHex(id)).join(',')
  const url = `${wallet.api}${ROUTES}/purses/unknown?ids=${ids}`
  const unknown = jsonOf(await ask(url, ANSWER_MAX, undefined, TIMEOUT_MS))?.['unknown']
  if (!Array.isArray(unknown)) throw new FloodgateError('bad-field', 'unknown')
  return new Set(unknown)
}
