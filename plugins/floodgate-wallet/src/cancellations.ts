// Ends a purse before its time: what was not paid or promised to a seller is given back, and refunded once no seller takes
// the purse any more. The word is durable before it is said: who pays with a token that he gave back is convicted.

import { amountOf, FloodgateError, equal } from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, issuedNow, signRequest } from './provider-client.ts'
import type { Purse } from './purse.ts'
import type { Wallet } from './wallet.ts'

const ANSWER_MAX = 640

export interface CancelAnswer {
  purse: Purse
  /** Tokens that stay in escrow for their sellers, to the purse's end. */
  kept: number
  /** Minor units that come back at most: what a coupon paid, and what sellers claim until then, does not. */
  refundMax: bigint
  /** When: Unix milliseconds. */
  refundAt: number
}

/**
 * Cancels a purse; may be repeated. Stop trading with it first, or what is asked for at this moment is kept too. Throws
 * `unknown-purse` when it is not in this wallet, `purse-closed`, `unreachable`, `wrong-session` for an answer to another
 * question, and what verifying throws.
 */
export async function cancelPurse(wallet: Wallet, id: Uint8Array): Promise<CancelAnswer> {
  const purse = wallet.purses.get(id)
  if (purse === undefined) throw new FloodgateError('unknown-purse')
  if (purse.cancellation === undefined) {
    if (wallet.now() >= purse.ends) throw new FloodgateError('purse-closed')
    const frame = await signRequest(wallet, 'cancel', { purse: id, kept: purse.kept() })
    purse.cancel({ frame, refundAt: 0 })
  }
  const { frame } = purse.cancellation!
  await wallet.saved()
  return byItsClock(wallet, async () => {
    const url = `${wallet.api}${ROUTES}/cancellations`
    const answer = await issuedNow(wallet, 'cancelled', await ask(url, ANSWER_MAX, frame))
    const isOurs = equal(answer.cancel, wallet.crypto.sha256(frame)) && equal(answer.purse, id)
    if (!isOurs) throw new FloodgateError('wrong-session', 'answer to another cancellation')
    const { kept, refundAt } = answer
    const refundMax = purse.price * BigInt(purse.covered - kept)
    if (purse.cancellation!.refundAt === 0) wallet.note('cancelled', noteOf(purse, refundMax))
    purse.cancel({ frame, refundAt })
    await wallet.saved()
    return { purse, kept, refundMax, refundAt }
  })
}

const noteOf = ({ currency }: Purse, refundMax: bigint): string =>
  `up to ${amountOf(refundMax, currency)} given back`
