// The provider's lines about promises: what buyers measured and missed, and what they were given back.

import type { PromiseOutcomes } from '@floodgate/tracker'
import { money, short } from '../units.ts'

/** A measurement that is repeated, and a credit that waits on, change nothing. */
export function promiseLine(
  currency: string,
  { measurement, repeated }: PromiseOutcomes['measure']
): [event: string, fields: object, text: string] | undefined {
  if (repeated) return undefined
  const { purseId: purse, uid, missed, excuse, state, percent, creditMinor: credit } = measurement
  const fields = { purse, uid, missed, excuse, state, percent, credit }
  return ['promise', fields, `promise   ${short(uid)}  ${sayFinding(measurement, currency)}`]
}

function sayFinding(
  { missed, excuse, state, creditMinor }: PromiseOutcomes['measure']['measurement'],
  currency: string
): string {
  if (missed === '') return 'kept'
  const what = `missed its ${missed}`
  if (excuse !== '') return `${what}, by its own line`
  const paid = `${money(creditMinor, currency)} given back`
  return state === 'paid' ? `${what}, ${paid}` : `${what}, a credit is owed`
}
