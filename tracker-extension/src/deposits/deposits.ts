// The ways in which money comes in, as the API works with them.

import { checkDeposits, type DepositsOptions, type SepaOptions } from './options.ts'
import { StripeDoor } from './stripe.ts'

export type { DepositsOptions } from './options.ts'

export interface Deposits {
  readonly stripe: StripeDoor | undefined
  readonly sepa: SepaOptions | undefined
  /** Told of what the payer cannot mend. */
  readonly onError: (error: unknown) => void
}

/** `title`: what the payer buys. Throws `bad-option`. */
export function createDeposits(
  options: DepositsOptions,
  title: string,
  onError: (error: unknown) => void
): Deposits {
  const { stripe, sepa } = checkDeposits(options)
  return { stripe: stripe && new StripeDoor(stripe, title), sepa, onError }
}
