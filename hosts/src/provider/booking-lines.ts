// What a provider prints of what its books took, booking by booking.

import type { Command as LedgerCommand, MoneyInCommand, OutcomeOf } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import { count, money, short } from '../units.ts'
import { courtLine } from './court-lines.ts'
import { isMoneyIn, moneyInLines } from './money-in-lines.ts'
import { payoutLine } from './payout-lines.ts'
import { promiseLine } from './promise-lines.ts'

/** A line for what the books took. */
export function tellBooking<C extends LedgerCommand>(
  out: Output,
  currency: string,
  command: C,
  outcome: OutcomeOf<C>
): void {
  for (const line of bookingsOf(currency, command, outcome)) out.tell(...line)
}

type Told = [event: string, fields: object, text: string]

/** Money that comes in may come in many payments at once; all else is a line at most. */
function bookingsOf(
  currency: string,
  command: LedgerCommand,
  outcome: OutcomeOf<LedgerCommand>
): Told[] {
  if (isMoneyIn(command)) {
    return moneyInLines(currency, command, outcome as OutcomeOf<typeof command>)
  }
  const line = bookingOf(currency, command, outcome)
  return line === undefined ? [] : [line]
}

function bookingOf(
  currency: string,
  command: Exclude<LedgerCommand, MoneyInCommand>,
  outcome: OutcomeOf<LedgerCommand>
): Told | undefined {
  const amount = (minor: bigint): string => money(minor, currency)
  switch (command.kind) {
    case 'open': {
      const { uid } = outcome as OutcomeOf<typeof command>
      return ['registered', { uid, payment: command.handle }, `account   ${uid}`]
    }
    case 'deposit':
    case 'correct': {
      const { uid, amountMinor, reason } = command
      if ((outcome as OutcomeOf<typeof command>).repeated) return undefined
      const fields = { uid, amount: amountMinor, reason }
      const text = `${short(uid)}  ${amount(amountMinor)}  ${reason}`
      const isDeposit = command.kind === 'deposit'
      return isDeposit
        ? ['deposit', fields, `deposit   ${text}`]
        : ['correction', fields, `taken back ${text}`]
    }
    case 'purchase': {
      const { purse, chargedMinor } = outcome as OutcomeOf<typeof command>
      if (chargedMinor === 0n) return undefined
      const { uid, infoHash, priceMinor } = purse
      const pieces = Number(chargedMinor / priceMinor)
      const fields = { uid, infoHash, pieces, amount: chargedMinor }
      return [
        'sold',
        fields,
        `purchase  ${short(uid)}  ${count(pieces, 'piece')}, ${amount(chargedMinor)}`
      ]
    }
    case 'redeem':
      return claimLine(amount, command, outcome as OutcomeOf<typeof command>)
    case 'close': {
      const { purseId, refundMinor } = outcome as OutcomeOf<typeof command>
      const fields = { purse: purseId, refund: refundMinor }
      return ['closed', fields, `refund    ${amount(refundMinor)} of a purse that ended`]
    }
    case 'cancel': {
      const { purseId, keptTokens, earlyAt, repeated } = outcome as OutcomeOf<typeof command>
      if (repeated) return undefined
      const fields = { purse: purseId, kept: keptTokens, earlyAt }
      return [
        'cancelled',
        fields,
        `cancelled ${short(purseId)}, ${count(keptTokens, 'token')} kept`
      ]
    }
    case 'buyKey': {
      const { uid, infoHash, group, repeated } = outcome as OutcomeOf<typeof command>
      if (repeated) return undefined
      const fields = { uid, infoHash, group, amount: command.priceMinor }
      const text = `key       ${short(uid)}  ${short(infoHash)}, ${amount(command.priceMinor)}`
      return ['key-sold', fields, text]
    }
    case 'withdraw': {
      const { infoHash, title, repeated } = outcome as OutcomeOf<typeof command>
      if (repeated) return undefined
      return ['withdrawn', { infoHash, name: title }, withdrawnLine(title, infoHash)]
    }
    case 'publish': // the shop says these
    case 'budgetPush':
    case 'signHead': // every second, and of no interest to people
    case 'keepSplit': // nothing has moved
    case 'leasePayouts':
    case 'ownAccount':
      return undefined
    case 'setDestination':
    case 'requestPayout':
    case 'preparePayout':
    case 'submitPayout':
    case 'settlePayout':
      return payoutLine(currency, command, outcome)
    case 'measure':
    case 'credit':
      return promiseLine(currency, outcome as OutcomeOf<typeof command>)
    default:
      return courtLine(currency, command, outcome)
  }
}

/** What people read of a content that was withdrawn. */
export const withdrawnLine = (name: string, infoHash: string): string =>
  `withdrawn ${name}  ${infoHash}  is sold no more`

/** Said of data that are not as they were when they were published. */
export const changedLine = (infoHash: string, missing: number, pieces: number): string =>
  missing === pieces
    ? `${short(infoHash)}: its data are gone or changed, our seeder has nothing of it to give.`
    : `${short(infoHash)}: ${count(missing, 'piece')} of ${pieces} changed since it was published, our seeder gives only the rest.`

function claimLine(
  amount: (minor: bigint) => string,
  { claims }: LedgerCommand & { kind: 'redeem' },
  outcome: OutcomeOf<LedgerCommand & { kind: 'redeem' }>
): Told {
  const uid = claims[0]?.payee ?? ''
  let credited = 0n
  let tokens = 0
  let refused = 0
  for (const one of outcome.claims) {
    if ('error' in one) refused++
    else if (!one.repeated) {
      credited += one.creditedMinor
      tokens += one.fresh
    }
  }
  const fields = { uid, purses: claims.length, tokens, credited, refused }
  const bad = refused > 0 ? `, ${refused} refused` : ''
  const text = `claim     ${short(uid)}  ${count(tokens, 'token')} of ${count(claims.length, 'purse')}, ${amount(credited)}${bad}`
  return ['claim', fields, text]
}
