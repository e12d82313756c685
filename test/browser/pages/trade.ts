// A trading peer in a page: WebTorrent's own build for browsers, with the plugin in it.

import { fromHex, toHex } from '@floodgate/protocol'
import { Wallet, account, browserStorage, claim, register } from '@floodgate/wallet'
import { floodgate, type Floodgate } from '@floodgate/wire'
import WebTorrent, { type Torrent } from 'webtorrent'

let client: WebTorrent
let plugin: Floodgate
let wallet: Wallet
const warnings: string[] = []

/** Registers a new wallet and installs the plugin; its uid. */
export async function join(api: string, rootKey: string, name: string): Promise<string> {
  const options = { storage: browserStorage(name), passphrase: '', api, rootKey: fromHex(rootKey) }
  wallet = await Wallet.create({ ...options, scrypt: { N: 16, r: 8, p: 1 } })
  await register(wallet, 'test')
  client = new WebTorrent({ tracker: { rtcConfig: { iceServers: [] } } })
  client.on('error', (error) => warnings.push(String(error)))
  plugin = floodgate(client, { wallet })
  plugin.on('warning', ({ error }) => warnings.push(error.message))
  return toHex(wallet.uid)
}

/** Buys a torrent to its end; resolves when its sellers have their money. */
export async function download(torrentFile: string) {
  const kinds = new Set<string>()
  const torrent = client.add(fromHex(torrentFile))
  torrent.on('wire', (wire) => kinds.add(wire.type))
  await new Promise<void>((resolve) => torrent.once('done', resolve))
  const settled = await plugin.settled()
  const purse = wallet.purses.all()[0]
  return {
    ...{ sha256: await sha256Of(torrent), kinds: [...kinds], settled, warnings },
    ...{ count: purse?.count, spent: purse?.spent() }
  }
}

async function sha256Of(torrent: Torrent): Promise<string> {
  const bytes = await torrent.files[0]!.arrayBuffer()
  return toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}

/** Claims what was sold; what we earned in all. */
export async function cashIn(): Promise<string> {
  await claim(wallet)
  return (await account(wallet)).earned.toString()
}

export async function leave(): Promise<void> {
  await plugin.close()
  await new Promise<void>((resolve) => client.destroy(() => resolve()))
  await wallet.close()
}
