// One leecher under measurement, on a line of its own: a WebTorrent client with Floodgate in it, or a plain HTTP client. It
// stays to seed until it is closed, if it gives at all.

import { toHex } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import { floodgate, type Floodgate } from '@floodgate/wire'
import MemoryChunkStore from 'memory-chunk-store'
import WebTorrent from 'webtorrent'
import { CLIENT_OPTIONS, destroyClient } from '../../hosts/src/client.ts'
import type { Seller } from '../harness/content.ts'
import { serve } from '../harness/serve.ts'
import type { Line } from '../qos/network.ts'
import { wired } from '../qos/wired.ts'
import { registered } from './bench-peer.ts'

export interface LeecherWish {
  seller: Seller
  /** Does it give anything? */
  gives: boolean
  throttle: Line | undefined
  /** Without a piece from peers for so long it asks the web origin; 0: never. */
  originAfterMs: number
  maxConns: number
  /** Does it send in turns? */
  turns: boolean
}

/** From joining to the first piece and to the last; null when it was not done in time. */
export type Got = { startupMs: number; ms: number } | null

interface Leecher {
  client: WebTorrent
  wallet: Wallet
  floodgate: Floodgate
  gives: boolean
}

let leecher: Leecher | undefined
const warnings: string[] = []

async function open(wish: LeecherWish): Promise<Leecher> {
  const wallet = await registered({ walletPath: '', seller: wish.seller })
  const { throttle, maxConns, originAfterMs, gives, turns } = wish
  const client = new WebTorrent({
    ...CLIENT_OPTIONS,
    maxConns,
    ...(throttle && { uploadLimit: throttle.up, downloadLimit: throttle.down })
  })
  client.on('error', (error) => warnings.push(String(error)))
  const made = {
    client,
    wallet,
    gives,
    floodgate: floodgate(client, { wallet, originAfterMs, turns })
  }
  made.floodgate.on('warning', ({ error }) => warnings.push(String(error)))
  if (!client.listening) await new Promise<void>((done) => client.once('listening', done))
  return made
}

const jobs = {
  ...wired,

  /** Makes it for one run; answers its uid. */
  async open(wish: LeecherWish): Promise<string> {
    leecher = await open(wish)
    return toHex(leecher.wallet.uid)
  },

  /** Downloads by way of the provider's tracker, as anybody would. */
  join({ torrent, patienceMs }: { torrent: Uint8Array; patienceMs: number }): Promise<Got> {
    const { client, gives } = leecher!
    const start = performance.now()
    const added = client.add(torrent, { store: MemoryChunkStore })
    // WebTorrent has no word for this: `uploads: 0` still unchokes at first.
    if (!gives) added.on('wire', (wire) => (wire.unchoke = () => undefined))
    added.on('error', (error) => warnings.push(String(error)))
    let startupMs = 0
    added.once('verified', () => (startupMs = performance.now() - start))
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), patienceMs)
      added.once('done', () => {
        clearTimeout(timer)
        resolve({ startupMs, ms: performance.now() - start })
      })
    })
  },

  /** Downloads by HTTP alone; what counts as the first piece are its first bytes. */
  async get(given: { url: string; pieceLength: number; patienceMs: number }): Promise<Got> {
    const start = performance.now()
    let [bytes, startupMs] = [0, 0]
    try {
      const response = await fetch(given.url, { signal: AbortSignal.timeout(given.patienceMs) })
      if (!response.ok) throw new Error(`the origin answers ${response.status}`)
      for await (const part of response.body!) {
        bytes += part.length
        if (startupMs === 0 && bytes >= given.pieceLength) startupMs = performance.now() - start
      }
      return { startupMs, ms: performance.now() - start }
    } catch (error) {
      warnings.push(String(error))
      return null
    }
  },

  /** Answers what went wrong without ending anything. */
  async close(): Promise<string[]> {
    const one = leecher
    leecher = undefined
    await one?.floodgate.close()
    if (one) await destroyClient(one.client)
    await one?.wallet.close()
    return warnings.splice(0)
  }
}
export type QosPeerJobs = typeof jobs

serve(jobs)
