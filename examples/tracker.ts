// Floodgate as middleware of a bittorrent-tracker Server: it sells what the operator publishes; books in memory.
//   OPERATOR_TOKEN=secret npx node -C floodgate-source examples/tracker.ts 8000

import type { AddressInfo } from 'node:net'
import Server from 'bittorrent-tracker/server'
import { createProviderKeys, floodgateTracker, memoryLedger } from '@floodgate/tracker'

const server = new Server({ udp: false, ws: { maxPayload: 65_536 } })
const tracker = floodgateTracker(server, {
  ledger: memoryLedger({ currency: 'EUR' }),
  keys: await createProviderKeys(),
  name: 'Example',
  operatorToken: process.env['OPERATOR_TOKEN']
})
server.listen(Number(process.argv[2] ?? 8000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.http?.address() as AddressInfo).port}`)
})
process.once('SIGINT', async () => {
  await tracker.close()
  server.close()
})
