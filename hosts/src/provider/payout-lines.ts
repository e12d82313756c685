// A line for what happened to payouts, as the running provider tells it.

import type { Command, OutcomeOf, PayoutCommand } from '@floodgate/tracker'
import { count, money, short } from '../units.ts'

type Told = [event: string, fields: object, text: string]

/** Undefined for what was told before. */
export function payoutLine(
  currency: string,
  command: Exclude<PayoutCommand, { kind: 'keepSplit' | 'leasePayouts' }>,
  outcome: OutcomeOf<Command>
): Told | undefined {
  if ('repeated' in outcome && outcome.repeated) return undefined
  switch (command.kind) {
    case 'setDestination': {
      const { uid, destination } = command
      const { from } = outcome as OutcomeOf<typeof command>
      const since = new Date(from).toISOString()
      const text = `payouts   ${short(uid)} go to ${destination} from ${since}`
      return ['destination', { uid, destination, from }, text]
    }
    case 'preparePayout': {
      const { batch, payoutIds } = command
      const text = `payouts   batch ${short(batch)} of ${count(payoutIds.length, 'payout')}`
      return ['payout-batch', { batch, payouts: payoutIds }, text]
    }
    case 'requestPayout':
    case 'submitPayout':
    case 'settlePayout': {
      const { payout } = outcome as OutcomeOf<typeof command>
      const { payoutId, uid, amountMinor, state, rail, reference, reason } = payout
      const fields = { payout: payoutId, uid, amount: amountMinor, state, rail, reference, reason }
      const why = reason === '' ? '' : `: ${reason}`
      const text = `payout    ${short(payoutId)}  ${short(uid)}  ${money(amountMinor, currency)} ${state}${why}`
      return ['payout', fields, text]
    }
  }
}
