// Amounts in files of ISO 20022: decimals with the currency beside them, as exact minor units.

import { FloodgateError, minorOf } from '@floodgate/protocol'
import type { Element } from './xml.ts'

export interface Money {
  amountMinor: bigint
  currency: string
}

/** An `Amt`, or what is written like one. Throws `bad-statement` naming the place. */
export function moneyOf(element: Element): Money {
  const currency = element.attribute('Ccy')
  if (!/^[A-Z]{3}$/.test(currency)) element.refuse(`currency ${currency}`)
  return { amountMinor: minorIn(element, element.text(), currency), currency }
}

/** `text` stands in `element`, and its currency elsewhere. Throws `bad-statement` naming the place. */
export function minorIn(element: Element, text: string, currency: string): bigint {
  try {
    return minorOf(text, currency)
  } catch (error) {
    if (error instanceof FloodgateError) element.refuse(error.detail)
    throw error
  }
}
