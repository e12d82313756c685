// How money comes in: a section of the configuration, or a file in the provider's directory. Without either only the operator
// books deposits.

import { FloodgateError } from '@floodgate/protocol'
import type { DepositsOptions } from '@floodgate/tracker'
import { readIfThere, type Home } from './home.ts'

/** Throws `bad-option` when the file is not JSON; what stands in it the tracker checks. */
export async function loadDeposits(
  { deposits }: Home,
  section: DepositsOptions | undefined
): Promise<DepositsOptions> {
  if (section !== undefined) return section
  const text = await readIfThere(deposits)
  try {
    return JSON.parse(text ?? '{}') as DepositsOptions
  } catch {
    throw new FloodgateError('bad-option', `${deposits} is not JSON`)
  }
}
