// Pays out what sellers earned, by a policy, as a SEPA file for the bank; then books what the bank says of it.
//   npx node -C floodgate-source examples/payout.ts ledger.sqlite ./bank [statement.xml]

import { readFile } from 'node:fs/promises'
import Server from 'bittorrent-tracker/server'
import { createProviderKeys, floodgateTracker, sepa, sqliteLedger } from '@floodgate/tracker'

const [file = '', folder = '', statement] = process.argv.slice(2)
const ledger = await sqliteLedger(file, { currency: 'EUR' })
const tracker = floodgateTracker(new Server({ udp: false, ws: false }), {
  ...{ ledger, keys: await createProviderKeys(), headEveryMs: 0 },
  payout: {
    split: { seller: 80, provider: 20 },
    minimum: '5.00 EUR',
    rail: sepa({ iban: 'DE75512108001245126199', name: 'Example', folder })
  }
})
if (statement === undefined) await tracker.payouts?.run()
else await tracker.payouts?.reconcile(await readFile(statement, 'utf8'))
for (const { payoutId, amountMinor, state } of await ledger.payouts()) {
  console.log(payoutId, String(amountMinor), state)
}
await tracker.close()
await ledger.close()
