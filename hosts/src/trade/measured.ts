// A line about what was promised and what came of it.

import type { FloodgateEvents } from '@floodgate/wire'
import { sayRate } from '@floodgate/qos'
import { money } from '../units.ts'

/** `promise   missed (rate): first piece after 0.8 s, 210 kB/s; 0.20 EUR given back`. */
export function sayMeasured(said: FloodgateEvents['measured']): string {
  const { missed, startMs, wantedMs, bytes } = said
  const how = missed === '' ? 'kept' : `missed (${missed})`
  const speed = sayRate(Math.round((bytes * 1000) / Math.max(1, wantedMs)))
  const began = bytes === 0 ? 'no piece came' : `first piece after ${startMs / 1000} s, ${speed}`
  return `promise   ${how}: ${began}${missed === '' ? '' : `; ${sayBack(said)}`}`
}

function sayBack({
  excuse,
  state,
  credit,
  credited,
  currency
}: FloodgateEvents['measured']): string {
  if (excuse !== '') return 'the provider had rate to spare, and gives nothing back'
  if (state === 'paid') return `${money(credited, currency)} given back`
  return `${credit} % of what you paid comes back`
}
