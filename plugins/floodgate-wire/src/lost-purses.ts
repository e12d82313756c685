// What the provider's ledger does not know pays no seller: such a purse is dropped before anything is bought with it.

import { FloodgateError, errorOf, toHex } from '@floodgate/protocol'
import { findLost, type Wallet } from '@floodgate/wallet'

/** Of the purses for one content. While the provider does not answer, what we have is good; `warn` hears of both. */
export async function dropLost(
  wallet: Wallet,
  infoHash: Uint8Array,
  warn: (error: FloodgateError) => void
): Promise<void> {
  try {
    for (const { id } of await findLost(wallet, infoHash)) {
      warn(new FloodgateError('unknown-purse', `${toHex(id)}: the provider’s ledger lost it`))
    }
  } catch (error) {
    warn(errorOf(error))
  }
}
