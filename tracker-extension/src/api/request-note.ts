// What is told of a request once it is answered, to logs and metrics. It holds nothing secret: no body, no token, no
// parameter, and of the path only the row's.

import { MESSAGES, decode, toHex } from '@floodgate/protocol'
import type { ErrorCode } from '@floodgate/protocol'
import type { Route } from './route.ts'

export interface RequestNote {
  method: string
  /** The path as its row has it; empty where there is no such route. */
  route: string
  status: number
  /** From the request's head to the answer, milliseconds. */
  ms: number
  /** What it was refused with. */
  code?: ErrorCode | undefined
  /** Name of the operator's token. */
  operator?: string | undefined
  /** Who asked, in hex: known of signed messages that are not sealed. It reads the message again, so only logs ask. */
  asker?: (() => string | undefined) | undefined
}

/** The signer of a message that proved good. */
export function askerOf({ message }: Route, body: Uint8Array): string | undefined {
  if (message === undefined) return undefined
  const { signed, sealed } = MESSAGES[message]
  if (!signed || sealed !== 'no') return undefined
  const { signer } = decode(body, message).message as { signer?: Uint8Array }
  return signer && toHex(signer)
}
