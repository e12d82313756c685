// The guards without payments: a stock tracker and a stock WebTorrent client that strangers cannot end, hang or fill.
//   npx node -C floodgate-source examples/guard.ts 8000

import type { AddressInfo } from 'node:net'
import Server from 'bittorrent-tracker/server'
import WebTorrent from 'webtorrent'
import { guardTracker } from '@floodgate/tracker'
import { guardTorrent } from '@floodgate/wire'

const server = new Server({ udp: false, stats: false, ws: { maxPayload: 65_536 } })
const guard = guardTracker(server, { messagesPerSecond: 100 })

const client = new WebTorrent({
  dht: false,
  lsd: false,
  tracker: { rtcConfig: { iceServers: [] } }
})
client.on('add', (torrent) => guardTorrent(torrent, (_wire, why) => console.log('ended', why)))

server.listen(Number(process.argv[2] ?? 8000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.http?.address() as AddressInfo).port}`)
})
process.once('SIGINT', () => {
  console.log(`refused ${guard.counters.refused} of ${guard.counters.messages}`)
  client.destroy()
  server.close()
})
