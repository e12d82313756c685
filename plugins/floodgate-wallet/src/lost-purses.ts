// Purses that the provider's ledger does not know: it was put back from a backup that is older than they are. Nobody is paid
// from them, so they are bought with no more; they stay in the wallet, as evidence of what was sold.

import { MESSAGES, PURSES_SHOWN_MAX, toHex } from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, issuedNow } from './provider-client.ts'
import type { Purse } from './purse.ts'
import type { Wallet } from './wallet.ts'

/** Who wants to trade waits no longer for the answer. */
const TIMEOUT_MS = 3000

/**
 * Asks the provider which of our purses, or of those for one content, its ledger does not know; resolves with these when it is
 * durable. One that it knows again is in use again. Only the provider's signature says that one is lost, given after it was
 * sold: else whoever stands between us could have all bought twice. Throws `unreachable`, what `issuedNow` throws, and what the
 * provider refuses with.
 */
export async function findLost(wallet: Wallet, infoHash?: Uint8Array): Promise<Purse[]> {
  const { purses } = wallet
  const all = infoHash === undefined ? purses.all() : purses.of(infoHash)
  const asked = all.filter(({ ends }) => wallet.now() < ends)
  for (let at = 0; at < asked.length; at += PURSES_SHOWN_MAX) {
    const page = asked.slice(at, at + PURSES_SHOWN_MAX)
    const { unknown, time } = await unknownOf(wallet, page)
    for (const purse of page) {
      purses.setLost(purse, unknown.has(toHex(purse.id)) && time >= purse.certificate.time)
    }
  }
  await wallet.saved()
  return asked.filter(({ isLost }) => isLost)
}

async function unknownOf(
  wallet: Wallet,
  asked: Purse[]
): Promise<{ unknown: Set<string>; time: number }> {
  const ids = asked.map(({ id }) => toHex(id)).join(',')
  const url = `${wallet.api}${ROUTES}/purses/unknown?ids=${ids}`
  const bytes = await ask(url, MESSAGES.unknownPurses.bytesMax, undefined, TIMEOUT_MS)
  const { purses, time } = await issuedNow(wallet, 'unknownPurses', bytes)
  return { unknown: new Set(purses.map(toHex)), time }
}
