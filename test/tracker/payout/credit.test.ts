// Store credit passes the compliance suite of rails: nothing leaves.
import { storeCredit } from '@floodgate/tracker'
import { payoutRailCompliance } from './rail-compliance.ts'

const given = new Map<string, number>()
payoutRailCompliance('store credit', ['payto://credit/'], async () => {
  given.clear()
  const rail = storeCredit()
  return {
    rail: () => ({
      ...rail,
      async submit(batch) {
        // The voucher is the id: given again it is the same one.
        for (const { payoutId } of batch.orders) given.set(payoutId, 1)
        return rail.submit(batch)
      }
    }),
    done: () => given
  }
})
