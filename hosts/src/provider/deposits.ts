// The file in the provider's directory that says how money comes in. The operator writes it; without it only he books deposits.

import { FloodgateError } from '@floodgate/protocol'
import type { DepositsOptions } from '@floodgate/tracker'
import { readIfThere, type Home } from './home.ts'

/** Throws `bad-option` when it is not JSON; what stands in it the tracker checks. */
export async function loadDeposits({ deposits }: Home): Promise<DepositsOptions> {
  const text = await readIfThere(deposits)
  try {
    return JSON.parse(text ?? '{}') as DepositsOptions
  } catch {
    throw new FloodgateError('bad-option', `${deposits} is not JSON`)
  }
}
