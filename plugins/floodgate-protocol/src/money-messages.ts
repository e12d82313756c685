// The rows of the message table for money that comes in: a card payment is asked for, a code is redeemed (F2, F80).

import { amount, text } from './fields.ts'
import { currency, row } from './rows.ts'

/** Before a coupon's code: it is given back. */
export const DROP = 'drop:'

export const MONEY_MESSAGES = {
  checkoutRequest: row(0x60, 'peer', 'signed', 640, { amount, currency }),
  codeRequest: row(0x61, 'peer', 'signed box', 640, { code: text(64) })
}
