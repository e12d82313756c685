// A line for what the court did, as the running provider tells it.

import { toHex } from '@floodgate/protocol'
import type { Command, CourtCommand, OutcomeOf } from '@floodgate/tracker'
import { count, money, short } from '../units.ts'

type Told = [event: string, fields: object, text: string]

const isOf = <C extends Command>(
  outcome: OutcomeOf<Command>,
  has: string
): outcome is OutcomeOf<C> => has in outcome

/** Undefined for what is of no interest by itself. */
export function courtLine(
  currency: string,
  command: CourtCommand,
  outcome: OutcomeOf<Command>
): Told | undefined {
  switch (command.kind) {
    case 'complain':
    case 'prove':
    case 'settle':
    case 'answer':
      return isOf<typeof command>(outcome, 'complaint') ? caseLine(currency, outcome) : undefined
    case 'told': {
      const struck = isOf<typeof command>(outcome, 'struck') ? outcome.struck : []
      if (struck.length === 0) return undefined
      const { uid } = command
      return ['strike', { uid, complaints: struck }, `strike    ${short(uid)} does not answer`]
    }
    case 'revoke': {
      const { uid, reason, evidence, until, version } = command
      const what = until === 0 ? 'lifted   ' : 'revoked  '
      const fields = { uid, reason, complaint: toHex(evidence), until, version }
      return [what.trim(), fields, `${what} ${short(uid)} ${reason}`]
    }
    case 'appeal': {
      const { uid, complaintId } = command
      return ['appeal', { uid, complaint: complaintId }, `appeal    ${short(uid)}: floodgate court`]
    }
    case 'resend':
      return undefined
  }
}

function caseLine(
  currency: string,
  { complaint }: OutcomeOf<CourtCommand & { kind: 'settle' }>
): Told {
  const { complaintId, charge: kind, accuser, accused, outcome, code, creditedMinor } = complaint
  const fields = { complaint: complaintId, kind, accuser, accused, outcome, code }
  const paid = creditedMinor > 0n ? `, ${money(creditedMinor, currency)}` : ''
  const who = `${short(accuser)} against ${short(accused)}`
  return [
    'case',
    { ...fields, credited: creditedMinor },
    `case      ${who}, ${kind}: ${outcome}${paid}`
  ]
}

/** How many cases of each outcome, in words. */
export const countsOf = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .map(([outcome, n]) => `${count(n, 'case')} ${outcome}`)
    .join(', ') || 'no cases'
