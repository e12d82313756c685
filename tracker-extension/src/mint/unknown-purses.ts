// Which purses the ledger does not know, as after an older backup was put back: signed, since a buyer drops them on our word.

import { fromHex } from '@floodgate/protocol'
import type { Mint } from './mint.ts'

/** Only that purses were unknown at `time` is said. */
const LIFE_MS = 10 * 60_000

/** Answers the signed `unknownPurses` of these ids, in hex. */
export async function unknownPurses(mint: Mint, ids: readonly string[]): Promise<Uint8Array> {
  const time = mint.now()
  const found = await Promise.all(ids.map((id) => mint.store.purse(id)))
  const purses = ids.filter((_, at) => found[at] === undefined).map(fromHex)
  return mint.issuer.sign('unknownPurses', { purses }, { time, expiry: time + LIFE_MS })
}
