// What was paid before it came: a peer is paid for what is stored, the origin before it sends.

import { PROVIDER_UID, countBits, toHex } from '@floodgate/protocol'
import type { Mint } from './mint.ts'

/** Tokens of a purse that the origin has. */
export async function paidAhead({ store }: Mint, purseId: string): Promise<number> {
  const sale = await store.sale(purseId, toHex(PROVIDER_UID))
  return sale === undefined ? 0 : countBits(sale.claimed)
}
