// A running provider with files on its shelf, for tests of quality of service: real sockets, the provider's own parts, and
// what they sent and were told.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeOffer } from '@floodgate/protocol'
import { memoryLedger, type AnnounceNote } from '@floodgate/tracker'
import createTorrent from 'create-torrent'
import parseTorrent from 'parse-torrent'
import type { Output } from '../../../hosts/src/output.ts'
import { homeOf, makeHome, type Home } from '../../../hosts/src/provider/home.ts'
import { nameOwn } from '../../../hosts/src/provider/own-accounts.ts'
import { shelve, type Shelved } from '../../../hosts/src/provider/shelf.ts'
import { seedHere } from '../../../hosts/src/qos/seed-here.ts'
import { seedInChild } from '../../../hosts/src/qos/seed-in-child.ts'
import { seederPool, type Launch } from '../../../hosts/src/qos/seeder-pool.ts'
import type { SeederPool } from '@floodgate/qos'
import { TestProvider } from '../../support/provider.ts'

export interface OnShelf extends Shelved {
  torrent: Uint8Array
  length: number
}

const nothing = (): void => undefined

export class QosShop {
  readonly home: Home
  readonly provider: TestProvider
  readonly contents = new Map<string, OnShelf>()
  readonly ownSeeders: Set<string>
  /** Told of every announce. */
  readonly listeners: Set<(note: AnnounceNote) => void>
  readonly warnings: string[] = []

  private constructor(parts: Pick<QosShop, 'home' | 'provider' | 'ownSeeders' | 'listeners'>) {
    this.home = parts.home
    this.provider = parts.provider
    this.ownSeeders = parts.ownSeeders
    this.listeners = parts.listeners
  }

  static async open(): Promise<QosShop> {
    const home = homeOf(await mkdtemp(join(tmpdir(), 'floodgate-qos-')))
    await makeHome(home)
    const ownSeeders = new Set<string>()
    const listeners = new Set<(note: AnnounceNote) => void>()
    const provider = await TestProvider.start(memoryLedger({ currency: 'EUR' }), Date.now, {
      ownSeeders,
      onAnnounce(note) {
        for (const listener of listeners) listener(note)
      }
    })
    return new QosShop({ home, provider, ownSeeders, listeners })
  }

  /** Puts random bytes on the shelf and on sale. */
  async sell(name: string, length: number): Promise<OnShelf> {
    const data = join(this.home.dir, name)
    const bytes = randomBytes(length)
    await writeFile(data, bytes)
    const { url, keys, tracker } = this.provider
    const offer = { rootKey: keys.rootKey, api: url, price: 1n, currency: 'EUR', open: false }
    const torrent = await new Promise<Uint8Array>((resolve, reject) => {
      const options = {
        ...{ name, private: true, pieceLength: 65_536, announceList: [[`${url}/announce`]] },
        info: { floodgate: encodeOffer({ ...offer, free: 0 }) }
      }
      createTorrent(data, options, (error, made) => (error ? reject(error) : resolve(made)))
    })
    const { infoHash } = await parseTorrent(torrent)
    await tracker.publish(torrent)
    const shelved = await shelve(this.home.contents, { infoHash, torrent, name, data })
    const content = { ...shelved, torrent, length }
    this.contents.set(name, content)
    return content
  }

  has(name: string): boolean {
    return this.contents.has(name)
  }

  /** By name or info hash. */
  find(name: string): OnShelf {
    const found = [...this.contents].find(([known, { infoHash }]) =>
      [known, infoHash].includes(name)
    )
    if (found === undefined) throw new Error(`${name} is not on the shelf`)
    return found[1]
  }

  /** A pool of real seeders; `wrap` may watch them. */
  pool({
    onSent = nothing,
    wrap = (launch) => launch,
    rateMax = 100e6,
    inChildren = false
  }: {
    onSent?: (infoHash: string, bytes: number) => void
    wrap?: (launch: Launch) => Launch
    rateMax?: number
    inChildren?: boolean
  } = {}): SeederPool {
    const { url } = this.provider
    const settings = { url, name: '', currency: 'EUR', host: '', port: 0 }
    const signal = AbortSignal.timeout(120_000)
    const { out, home } = this
    const own = nameOwn(this.provider.store, this.ownSeeders)
    const launch = wrap(
      inChildren
        ? seedInChild({ settings, own, out, onSent })
        : seedHere({ settings, out, signal, own, onSent })
    )
    return seederPool({ home, find: (name) => this.find(name), launch, rateMax })
  }

  readonly out: Output = {
    ...{ json: true, live: false, screen: process.stderr, tell: nothing, say: nothing },
    warn: (code, text) => void this.warnings.push(`${code}: ${text}`),
    fail: nothing
  }

  async close(): Promise<void> {
    await this.provider.close()
    await rm(this.home.dir, { recursive: true })
  }
}
