// The settings of every WebTorrent client under measurement, with Floodgate or without: those of the `floodgate` command
// (hosts/src/client.ts has the reasons), so that nothing but the plugin makes a difference.

import type { ClientOptions } from 'webtorrent'

export const CLIENT_OPTIONS: ClientOptions = {
  utp: false,
  secure: 0,
  dht: false,
  lsd: false,
  utPex: false,
  natUpnp: false,
  natPmp: false,
  webSeeds: false,
  tracker: { rtcConfig: { iceServers: [] } },
  maxConns: 20
}
