// What the operator's commands ask a running provider with: its address and token, as they lie in its directory.

import type { OperatorApi } from './api-client.ts'
import { expectSettings, homeOf, loadOperatorToken } from './home.ts'

/** The provider of this directory, and the currency of its ledger. Throws `bad-option` when none ever ran there. */
export async function operatorOf(data: string): Promise<OperatorApi & { currency: string }> {
  const home = homeOf(data)
  const { url, currency } = await expectSettings(home)
  return { url, currency, token: await loadOperatorToken(home) }
}
