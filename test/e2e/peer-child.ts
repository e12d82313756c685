// A peer in a process of its own: wallet and pieces on disk, to be killed at any moment.
// Arguments: folder, api, root key (hex), torrent file, and the port that others reach it on, if not its own. It says
// `ready` once its torrent is.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import WebTorrent from 'webtorrent'
import { bits, fromHex, toHex } from '@floodgate/protocol'
import { Wallet, account, claim, register } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'
import { floodgate } from '@floodgate/wire'
import { CLIENT_OPTIONS } from '../../hosts/src/client.ts'
import { answerLines } from './lines.ts'

const [folder = '', api = '', rootKey = '', torrentFile = '', port] = process.argv.slice(2)
const storage = fileStorage(join(folder, 'wallet.json'))
const scrypt = { N: 16, r: 8, p: 1 }
const create = () =>
  Wallet.create({ storage, passphrase: '', rootKey: fromHex(rootKey), api, scrypt })
const wallet = await Wallet.open({ storage, passphrase: '' }).catch((error: { code?: string }) => {
  if (error.code !== 'no-wallet') throw error
  return create()
})
const trying = async (action: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    try {
      await action()
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'unreachable') throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
if (!wallet.registered) await trying(() => register(wallet, 'test'))

const client = new WebTorrent({ ...CLIENT_OPTIONS, uploadLimit: 3_000_000 })
const plugin = floodgate(client, {
  wallet,
  graceMs: 2000,
  ...(port !== undefined && { port: Number(port) })
})
/** What happened last, to be told when something goes wrong. */
const said: string[] = []
const EVENTS = [
  'warning',
  'refused',
  'blacklisted',
  'open',
  'closed',
  'complained',
  'notice'
] as const
for (const event of EVENTS) {
  plugin.on(event, (detail) => {
    const shown = JSON.stringify(detail, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value
    )
    said.push(`${new Date().toISOString()} ${event} ${shown}`)
  })
}
const torrent = client.add(readFileSync(torrentFile), { path: join(folder, 'files') })
torrent.once('ready', () => console.log(JSON.stringify({ ready: toHex(wallet.uid) })))

answerLines({
  progress: () => Promise.resolve(torrent.progress),
  port: () => Promise.resolve(client.torrentPort),
  /** Waits until everything is here, paid and acknowledged; false if that does not come about in `patienceMs`. */
  finish: async ({ patienceMs = 60_000 }) => {
    const isDone = new Promise<boolean>((resolve) => {
      if (torrent.done) return resolve(true)
      torrent.once('done', () => resolve(true))
      setTimeout(() => resolve(false), Number(patienceMs))
    })
    return (await isDone) && plugin.settled(Number(patienceMs))
  },
  /** What there is to see of a trade that does not go on. */
  plight: () =>
    Promise.resolve({
      progress: torrent.progress,
      wires: torrent.wires.map((wire) => [wire.peerChoking, wire.amInterested, wire.remotePort]),
      said: said.slice(-20)
    }),
  claim: async () => {
    await trying(async () => {
      const counts = wallet.sales.all().map((sale) => sale.count)
      const { purses } = await claim(wallet)
      for (const { code, fresh } of purses)
        said.push(`claimed ${fresh} of ${counts.join()} ${code}`)
    })
    return String((await account(wallet)).earned)
  },
  books: () =>
    Promise.resolve({
      uid: toHex(wallet.uid),
      purses: wallet.purses.all().map((purse) => ({
        id: toHex(purse.id),
        spent: purse.spent(),
        payees: purse.payees().map(({ uid }) => ({
          uid: toHex(uid),
          paid: [...bits(purse.account(uid)!.paid)]
        }))
      })),
      sales: wallet.sales.all().map((sale) => ({
        id: toHex(sale.purse.purse),
        paid: [...bits(sale.paid)],
        credited: String(sale.claimed.credited)
      }))
    })
})
