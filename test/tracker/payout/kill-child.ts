// Runs payouts over a ledger and prints a line before and after every step, inside the rail too. The test kills it. The far end
// of its rail is a folder: a file there, named by the payout, is money that has left.
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Payouts, sqliteLedger, type LedgerStore, type PayoutRail } from '@floodgate/tracker'
import { tell as say } from '../ledger/kill-work.ts'
import { earn, people } from './earned.ts'

const [path = '', far = '', cycleText = '0'] = process.argv.slice(2)
const cycle = Number(cycleText)

const rail: PayoutRail = {
  name: 'folder',
  sink: 'cash',
  words: 'files',
  refuses: () => undefined,
  prepare: async () => say('rail prepare'),
  async submit({ orders }) {
    return orders.map(({ payoutId, uid, amountMinor }) => {
      say(`rail pays ${payoutId}`)
      const file = join(far, payoutId)
      // Idempotent by the payout's id, as rails are; every call is on record.
      writeFileSync(join(far, 'calls'), `${payoutId} ${uid} ${amountMinor}\n`, { flag: 'a' })
      if (!existsSync(file)) {
        // Money has left or has not: who dies between creating a file and filling it would leave half of it.
        const begun = `${far}.begun`
        writeFileSync(begun, `${uid} ${amountMinor}`)
        renameSync(begun, file)
      }
      say(`rail paid ${payoutId}`)
      return { payoutId, state: 'paid', reference: payoutId, reason: '' }
    })
  },
  reconcile: async () => ({ reports: [], unknown: [] })
}

const store = await sqliteLedger(path, { currency: 'EUR' })
const spoken: LedgerStore = {
  ...store,
  async execute(command) {
    say(`before ${command.kind}`)
    const outcome = await store.execute(command)
    say(`after ${command.kind}`)
    return outcome
  }
}
const earners = ['bob', 'carol', 'dave']
await people(store, Object.fromEntries(earners.map((uid) => [uid, `payto://webhook/${uid}`])))
for (const uid of earners) await earn(store, uid, 2 + (cycle % 3), 1000 + cycle * 10)
const onError = (error: unknown): void => say(`error ${String(error)}`)
const payouts = new Payouts(
  { rail },
  {
    store: spoken,
    currency: 'EUR',
    // Whoever was killed has lost its lease by then.
    now: () => 600_000 * (1 + cycle),
    onError,
    isRevoked: async () => false
  }
)
await payouts.run()
await payouts.close()
await store.close()
say('done')
