// Where an account wants its earnings paid out, and what became of its payouts.

import { FloodgateError } from '@floodgate/protocol'
import { ask, jsonOf } from './http.ts'
import {
  ROUTES,
  byItsClock,
  fieldsIn,
  fieldsOf,
  sealForProvider,
  signRequest
} from './provider-client.ts'
import type { Wallet } from './wallet.ts'

/** A thousand payouts, as the provider shows at most. */
const ANSWER_MAX = 2 * 1024 * 1024

export interface DestinationAnswer {
  /** A payto URI (RFC 8905), as the provider keeps it; '' for none. */
  destination: string
  /** Nothing is paid there before, Unix milliseconds. */
  from: number
}

/** Says where earnings are to be paid: a payto URI. Throws `bad-request` saying what is wrong with it. */
export function setDestination(wallet: Wallet, to: string): Promise<DestinationAnswer> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'destination', { to })
    const sealed = await sealForProvider(wallet, frame)
    return destinationIn(await ask(`${wallet.api}${ROUTES}/destination`, ANSWER_MAX, sealed))
  })
}

export interface PayoutAnswer {
  payout: string
  amount: bigint
  state: string
  reason: string
  /** Unix milliseconds. */
  at: number
}

/** The account's own payouts, the newest first, and its destination. */
export function payouts(wallet: Wallet): Promise<DestinationAnswer & { payouts: PayoutAnswer[] }> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'accountRequest', { what: 'payouts' })
    const body = await ask(`${wallet.api}${ROUTES}/payouts`, ANSWER_MAX, frame)
    const list = jsonOf(body)?.['payouts']
    if (!Array.isArray(list)) throw new FloodgateError('bad-field', 'payouts')
    return { ...destinationIn(body), payouts: list.map(payoutIn) }
  })
}

function destinationIn(body: Uint8Array): DestinationAnswer {
  const said = fieldsOf(body)
  return { destination: said.text('destination'), from: said.integer('from') }
}

function payoutIn(one: Record<string, unknown>): PayoutAnswer {
  const said = fieldsIn(one)
  const amount = said.amount('amount')
  if (amount < 0n) throw new FloodgateError('bad-field', 'amount')
  return {
    payout: said.text('payout'),
    amount,
    state: said.text('state'),
    reason: said.text('reason'),
    at: said.integer('at')
  }
}
