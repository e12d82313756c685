// The provider of the lab: a stock tracker on loopback with Floodgate around it and a ledger in
// memory. Only its clock can be moved, and whoever listens on the line reads the announces.

import type { AddressInfo } from 'node:net'
import { platformCrypto, toHex } from '@floodgate/protocol'
import {
  createProviderKeys,
  deposit,
  floodgateTracker,
  memoryLedger,
  type FloodgateTracker,
  type LedgerStore
} from '@floodgate/tracker'
import { Wallet, memoryStorage, register } from '@floodgate/wallet'
import Server from 'bittorrent-tracker/server'
import { CURRENCY, makeContent, type Content } from './content.ts'

const LOOPBACK = '127.0.0.1'

export class LabProvider {
  readonly store: LedgerStore
  readonly tracker: FloodgateTracker
  readonly rootKey: Uint8Array
  /** By info hash in hex: the provider's own copies, from which its court reads. */
  readonly contents: Map<string, Content>
  readonly url: string
  readonly udpPort: number
  /** Paths of all announces, as somebody on the line sees them. */
  readonly overheard: string[] = []
  readonly #server: InstanceType<typeof Server>
  readonly #clock: { aheadMs: number }

  private constructor(
    server: InstanceType<typeof Server>,
    parts: Pick<LabProvider, 'store' | 'tracker' | 'rootKey' | 'contents'>,
    clock: { aheadMs: number }
  ) {
    this.#server = server
    this.#clock = clock
    this.store = parts.store
    this.tracker = parts.tracker
    this.rootKey = parts.rootKey
    this.contents = parts.contents
    this.url = `http://${LOOPBACK}:${(server.http!.address() as AddressInfo).port}`
    this.udpPort = server.udp?.address().port ?? 0
    server.http!.prependListener('request', ({ url }: { url?: string }) => {
      if (url?.startsWith('/announce')) this.overheard.push(url)
    })
  }

  static async start({ udp = false } = {}): Promise<LabProvider> {
    const server = new Server({ udp, ws: { maxPayload: 65_536 } })
    const clock = { aheadMs: 0 }
    const now = (): number => Date.now() + clock.aheadMs
    const store = memoryLedger({ currency: CURRENCY })
    const keys = await createProviderKeys(platformCrypto, now())
    const contents = new Map<string, Content>()
    const pieces = {
      piece: async (infoHash: string, index: number) => contents.get(infoHash)?.piece(index)
    }
    const timing = { intervalSeconds: 1, settleEveryMs: 0, collateral: 1, now }
    const options = { ledger: store, keys, pieces, ...timing }
    const tracker = floodgateTracker(server, options)
    await new Promise<void>((resolve) =>
      server.listen(0, { http: LOOPBACK, udp: LOOPBACK, udp6: '::1' }, resolve)
    )
    const parts = { store, tracker, rootKey: keys.rootKey, contents }
    return new LabProvider(server, parts, clock)
  }

  /** Unix milliseconds, for all of the lab. */
  now(): number {
    return Date.now() + this.#clock.aheadMs
  }

  /** Lets so much time pass. */
  pass(ms: number): void {
    this.#clock.aheadMs += ms
  }

  async sell(count: number): Promise<Content> {
    const { rootKey, url: api } = this
    const publish = (torrent: Uint8Array) => this.tracker.publish(torrent)
    const content = await makeContent(count, { rootKey, api }, publish)
    this.contents.set(toHex(content.infoHash), content)
    return content
  }

  /**
   * A registered wallet with `balance` minor units; `api` for one that reaches us through somebody
   * else.
   */
  async wallet(balance = 0n, api = this.url): Promise<Wallet> {
    const wallet = await Wallet.create({
      storage: memoryStorage(),
      passphrase: '',
      rootKey: this.rootKey,
      api,
      clock: () => this.now(),
      // Nothing is kept: the cost of guessing a passphrase does not matter.
      scrypt: { N: 16, r: 8, p: 1 }
    })
    await register(wallet, 'lab')
    // As much again for the collateral.
    if (balance > 0n) await this.deposit(wallet.uid, 2n * balance)
    return wallet
  }

  async deposit(uid: Uint8Array, amount: bigint): Promise<void> {
    const id = toHex(platformCrypto.random(16))
    await deposit(this.store, toHex(uid), amount, 'lab', id, this.now())
  }

  async close(): Promise<void> {
    await this.tracker.close()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    await this.store.close()
  }
}
