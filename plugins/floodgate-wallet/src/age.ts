// What is old enough to be dropped. The clock does not decide that: one that is wrong by years, at one start,
// would drop purses that are good. What the provider signed lately proves that at least so much time passed.

import { decode, type Header } from '@floodgate/protocol'
import { unpack, type WalletState } from './state.ts'

/** A purse and the sales on it are kept this long after its expiry, for whoever asks. */
const KEPT_MS = 90 * 24 * 3600e3

/** Unix milliseconds; it is later than this for certain. */
export function provenTime({ certificate, epochs, purses, sales }: WalletState): number {
  const frames = [...purses, ...sales].map(({ frame }) => frame)
  const issued = [certificate, ...epochs, ...frames].filter((frame) => frame !== '')
  const times = issued.map((frame) => {
    const { message } = decode(unpack(frame), 'epoch', 'certificate', 'purse')
    return (message as Header).time
  })
  return times.reduce((latest, time) => Math.max(latest, time), 0)
}

/** May what expired at `expiry` be dropped? */
export const isLongOver = (expiry: number, proven: number): boolean => proven > expiry + KEPT_MS
