// A provider in a process of its own, on a ledger file, to be killed at any moment.
// Arguments: folder, port. It says `ready` once it answers.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Server from 'bittorrent-tracker/server'
import { platformCrypto } from '@floodgate/protocol'
import {
  createProviderKeys,
  deposit,
  floodgateTracker,
  providerKeysFromJson,
  providerKeysToJson,
  sqliteLedger
} from '@floodgate/tracker'
import { answerLines } from './lines.ts'

const [folder = '', port = ''] = process.argv.slice(2)
const keyFile = join(folder, 'keys.json')
if (!existsSync(keyFile)) {
  const made = await createProviderKeys(platformCrypto, Date.now())
  writeFileSync(keyFile, JSON.stringify(providerKeysToJson(made)))
}
const keys = providerKeysFromJson(platformCrypto, JSON.parse(readFileSync(keyFile, 'utf8')))
const store = await sqliteLedger(join(folder, 'ledger.sqlite'), { currency: 'EUR' })
const server = new Server({ udp: false, ws: false })
const tracker = floodgateTracker(server, { ledger: store, keys, intervalSeconds: 1 })
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: Buffer.from(keys.rootKey).toString('hex') }))
})

answerLines({
  deposit: async ({ uid, amount }) =>
    deposit(store, String(uid), BigInt(String(amount)), 'test', `test-${String(uid)}`),
  publish: async ({ torrent }) => tracker.publish(Buffer.from(String(torrent), 'base64')),
  audit: async () => {
    const { faults, depositsMinor, escrowMinor } = await store.audit()
    return { faults, deposits: String(depositsMinor), escrow: String(escrowMinor) }
  }
})
