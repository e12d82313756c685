// Columns of the tables of money that comes in; schema.ts makes SQL of them.
import type { MoneyInTables } from './money-in-rows.ts'
import type { Layout } from './schema.ts'

export const moneyInSchema: { [T in keyof MoneyInTables]: Layout<MoneyInTables[T]> } = {
  order: {
    wide: false,
    columns: {
      uid: 'text',
      amountMinor: 'amount',
      currency: 'text',
      at: 'number',
      adviceId: 'text'
    }
  },
  reference: { wide: false, columns: { uid: 'text' } },
  advice: {
    wide: true,
    columns: {
      source: 'text',
      advised: 'text',
      state: 'text',
      code: 'text',
      uid: 'text',
      amountMinor: 'amount',
      currency: 'text',
      strongName: 'text',
      about: 'text',
      payer: 'text',
      text: 'text',
      reason: 'text',
      at: 'number'
    }
  },
  adviceName: { wide: false, columns: { adviceId: 'text' } },
  openAdvice: { wide: false, columns: { adviceId: 'text' } },
  statement: { wide: false, columns: { body: 'blob', at: 'number' } },
  giftBatch: {
    wide: false,
    columns: {
      body: 'blob',
      codes: 'number',
      amountMinor: 'amount',
      expiresAt: 'number',
      reason: 'text',
      at: 'number'
    }
  },
  gift: {
    wide: false,
    columns: {
      batchId: 'text',
      amountMinor: 'amount',
      expiresAt: 'number',
      uid: 'text',
      at: 'number'
    }
  },
  coupon: {
    wide: false,
    columns: {
      infoHash: 'text',
      share: 'number',
      amountMinor: 'amount',
      usesMax: 'number',
      usesPerAccountMax: 'number',
      until: 'number',
      uses: 'number',
      oldest: 'text',
      newest: 'text'
    }
  },
  heldCoupon: {
    wide: false,
    columns: { couponId: 'text', at: 'number', older: 'text', newer: 'text' }
  },
  couponUse: { wide: false, columns: { uses: 'number' } },
  discount: {
    wide: false,
    columns: { couponId: 'text', paidMinor: 'amount', refundMinor: 'amount' }
  },
  funding: { wide: false, columns: { amountMinor: 'amount', reason: 'text' } }
}
