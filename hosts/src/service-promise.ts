// What is promised to buyers of a content, in words: `start 2 s, rate 500 kB/s for 95 %, credit 20 %`.

import { FloodgateError, encodePromise, type ServicePromise } from '@floodgate/protocol'
import { parseRate, sayRate } from '@floodgate/qos'

const FORM =
  /^start (\d{1,4}(?:\.\d{1,3})?) (ms|s), rate (.{1,40}\/s) for (\d{1,3}) %, credit (\d{1,3}) %$/
const UNIT_MS: Record<string, number> = { ms: 1, s: 1000 }

/** Reads the words. Throws `bad-option` for others, and for what no offer may say. */
export function parsePromise(text: string): ServicePromise {
  const found = FORM.exec(text.trim())
  if (found === null) {
    const form = "'start 2 s, rate 500 kB/s for 95 %, credit 20 %'"
    throw new FloodgateError('bad-option', `promise: ${JSON.stringify(text)} is not like ${form}`)
  }
  const [, start, unit, rate, share, credit] = found
  const promise = {
    // Thousandths of a second are whole milliseconds; a fraction of one is refused below.
    startMs: Number((Number(start) * UNIT_MS[unit!]!).toFixed(6)),
    rate: parseRate(rate!, 'promise'),
    ...{ share: Number(share), credit: Number(credit) }
  }
  encodePromise(promise)
  return promise
}

export const sayPromise = ({ startMs, rate, share, credit }: ServicePromise): string => {
  const start = startMs % 1000 === 0 ? `${startMs / 1000} s` : `${startMs} ms`
  return `start ${start}, rate ${sayRate(rate)} for ${share} %, credit ${credit} %`
}
