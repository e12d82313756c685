// Store credit (F49): nothing leaves. The provider's shop owes the goods, and the payout's id is the voucher.

import type { PayoutRail } from '../rail.ts'

export const storeCredit = (): PayoutRail => ({
  name: 'credit',
  sink: 'store',
  words: 'store credit: the payout’s id is the voucher in the provider’s own shop',
  refuses: ({ kind }) => (kind === 'credit' ? undefined : 'only store credit is given'),
  async prepare() {
    // Nothing can stand against it.
  },
  submit: async ({ orders }) =>
    orders.map(({ payoutId }) => ({ payoutId, state: 'paid', reference: payoutId, reason: '' })),
  reconcile: async () => ({ reports: [], unknown: [] })
})
