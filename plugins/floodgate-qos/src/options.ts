// Checks of options that are plain numbers: wrong ones are refused at the start, by name.

import { FloodgateError } from '@floodgate/protocol'

/** A whole number above 0. @throws FloodgateError `bad-option` */
export function positive(value: number, option: string): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new FloodgateError('bad-option', `${option}: ${value} is no whole number above 0`)
}

/** A number from `least` to `most`. @throws FloodgateError `bad-option` */
export function within(value: number, [least, most]: [number, number], option: string): number {
  if (value >= least && value <= most) return value
  throw new FloodgateError('bad-option', `${option}: ${value} is not from ${least} to ${most}`)
}
