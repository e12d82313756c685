// What a route is given to work with, and what it is asked.

import type { Mint } from '../mint/mint.ts'

export interface Desk {
  readonly mint: Mint
  /** The provider's, for people. */
  readonly name: string
  /** Everything counted, for the status route. */
  readonly counters: () => object
}

export interface Ask {
  body: Uint8Array
  /** Parameters of the path. */
  params: Record<string, string | undefined>
}
