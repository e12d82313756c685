// Makes a ledger file full of purchases, in a process of its own. Ledgers of other kinds are restored from it.

import { sqliteLedger } from '@floodgate/tracker'
import { CURRENCY } from '../harness/content.ts'
import { serve } from '../harness/serve.ts'
import { stockLedger, type Stock } from './ledger-stock.ts'

const jobs = {
  async make(stock: Stock): Promise<void> {
    const store = await sqliteLedger(stock.path, { currency: CURRENCY })
    try {
      await stockLedger(store, stock)
    } finally {
      await store.close()
    }
  }
}
export type StockerJobs = typeof jobs

serve(jobs)
