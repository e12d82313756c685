// A whole provider on loopback: a stock tracker with Floodgate around it, a ledger, and what tests need of
// it. Real sockets, real messages; only the money is printed.

import Server from 'bittorrent-tracker/server'
import createTorrent from 'create-torrent'
import { encodeOffer, platformCrypto, toHex, type Offer } from '@floodgate/protocol'
import {
  createProviderKeys,
  deposit,
  floodgateTracker,
  memoryLedger,
  type FloodgateTracker,
  type FloodgateTrackerOptions,
  type LedgerStore,
  type ProviderKeys
} from '@floodgate/tracker'
import { Wallet, memoryStorage, register, type WalletStorage } from '@floodgate/wallet'

export interface Sold {
  name: string
  infoHash: string
  torrent: Uint8Array
  data: Uint8Array
}

type OfferTerms = Pick<Offer, 'price' | 'open' | 'free' | 'promise' | 'sealed'>

/** What is not said: 2 minor units a piece of 65,536 bytes, in a closed swarm. */
interface SellOptions extends Partial<OfferTerms> {
  pieceLength?: number
}

export class TestProvider {
  readonly store: LedgerStore
  readonly keys: ProviderKeys
  readonly tracker: FloodgateTracker
  readonly url: string
  readonly #server: InstanceType<typeof Server>
  /** What the court reads: pieces by info hash in hex. */
  readonly #sold: Map<string, (index: number) => Uint8Array>

  private constructor(
    server: InstanceType<typeof Server>,
    store: LedgerStore,
    keys: ProviderKeys,
    tracker: FloodgateTracker,
    port: number,
    sold: Map<string, (index: number) => Uint8Array>
  ) {
    this.#sold = sold
    this.#server = server
    this.store = store
    this.keys = keys
    this.tracker = tracker
    this.url = `http://127.0.0.1:${port}`
  }

  /** `now`: the provider's clock, Unix milliseconds; `more`: what else the tracker is to do. */
  static async start(
    store: LedgerStore = memoryLedger({ currency: 'EUR' }),
    now: () => number = Date.now,
    more: Partial<FloodgateTrackerOptions> = {}
  ): Promise<TestProvider> {
    const server = new Server({ udp: false, ws: { maxPayload: 65_536 } })
    const keys = await createProviderKeys(platformCrypto, Date.now())
    const sold = new Map<string, (index: number) => Uint8Array>()
    const tracker = floodgateTracker(server, {
      ...{ ledger: store, keys, intervalSeconds: 1, now },
      pieces: { piece: async (infoHash, index) => sold.get(infoHash)?.(index) },
      ...more
    })
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () =>
        resolve((server.http!.address() as { port: number }).port)
      )
    })
    return new TestProvider(server, store, keys, tracker, port, sold)
  }

  /** A registered wallet with money. */
  async wallet(balance = 0n, storage: WalletStorage = memoryStorage()): Promise<Wallet> {
    const wallet = await Wallet.create({
      storage,
      passphrase: '',
      rootKey: this.keys.rootKey,
      api: this.url,
      scrypt: { N: 16, r: 8, p: 1 }
    })
    await register(wallet, 'test')
    const uid = toHex(wallet.uid)
    if (balance > 0n)
      await deposit(this.store, uid, balance, 'test', toHex(platformCrypto.random(16)))
    return wallet
  }

  /** Puts `length` random bytes on sale. */
  async sell(
    name: string,
    length: number,
    { pieceLength = 65_536, ...terms }: SellOptions = {}
  ): Promise<Sold> {
    const data = platformCrypto.random(Math.min(length, 65_536))
    const content = Buffer.alloc(length)
    for (let at = 0; at < length; at += data.length) content.set(data.subarray(0, length - at), at)
    for (let at = 0; at < length; at += 4096) content.writeUInt32BE(at, Math.min(at, length - 4))
    const torrent = await new Promise<Uint8Array>((resolve, reject) => {
      createTorrent(
        content,
        {
          name,
          private: true,
          pieceLength,
          announceList: [[`${this.url}/announce`]],
          info: {
            floodgate: encodeOffer({
              ...{ rootKey: this.keys.rootKey, api: this.url, currency: 'EUR' },
              ...{ price: 2n, open: false, ...terms }
            })
          }
        },
        (error: Error | null, file: Uint8Array) => (error ? reject(error) : resolve(file))
      )
    })
    const { infoHash } = await this.tracker.publish(torrent)
    this.#sold.set(
      infoHash,
      (index) => new Uint8Array(content.subarray(index * pieceLength, (index + 1) * pieceLength))
    )
    return { name, infoHash, torrent, data: content }
  }

  async close(): Promise<void> {
    await this.tracker.close()
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
    })
    await this.store.close()
  }
}
