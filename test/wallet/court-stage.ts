// A provider with its court, a content on sale, a buyer with a purse and sellers: what disputes are tested on. Real HTTP and
// real signatures; only pieces travel by hand.

import {
  platformCrypto as crypto,
  concat,
  decode,
  fromHex,
  sealTo,
  toHex,
  type Body
} from '@floodgate/protocol'
import {
  Wallet,
  announce,
  buy,
  memoryStorage,
  type ContentAtHand,
  type ContentsAtHand,
  type Purse,
  type Sale,
  type WalletStorage
} from '@floodgate/wallet'
import { TestProvider } from '../support/provider.ts'

export const PIECES = 12
const PIECE_LENGTH = 16_384

const SWARM = { peerId: new Uint8Array(20).fill(0x2d), port: 6881, event: 'started', left: 1 }
const TERMS = { price: 2n, currency: 'EUR' }

export class CourtStage {
  readonly provider: TestProvider
  readonly infoHash: Uint8Array
  readonly #hashes: Uint8Array
  readonly #data: Uint8Array
  readonly #wallets: Wallet[] = []

  private constructor(
    provider: TestProvider,
    infoHash: Uint8Array,
    hashes: Uint8Array,
    data: Uint8Array
  ) {
    this.provider = provider
    this.infoHash = infoHash
    this.#hashes = hashes
    this.#data = data
  }

  static async open(now: () => number = Date.now): Promise<CourtStage> {
    const provider = await TestProvider.start(undefined, now)
    const { data } = await provider.sell('film', PIECES * PIECE_LENGTH, {
      pieceLength: PIECE_LENGTH
    })
    const infoHash = fromHex((await provider.store.contents())[0]!.infoHash)
    const hashes: Uint8Array[] = []
    for (let index = 0; index < PIECES; index++) {
      const piece = data.slice(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH)
      hashes.push(new Uint8Array(await globalThis.crypto.subtle.digest('SHA-1', piece)))
    }
    return new CourtStage(provider, infoHash, concat(...hashes), data)
  }

  async close(): Promise<void> {
    for (const wallet of this.#wallets) await wallet.close()
    await this.provider.close()
  }

  async wallet(balance = 0n, storage: WalletStorage = memoryStorage()): Promise<Wallet> {
    const wallet = await this.provider.wallet(balance, storage)
    this.#wallets.push(wallet)
    return wallet
  }

  /** The wallet in this storage once more, as after a crash: the process that had it is gone. */
  async reopen(storage: WalletStorage): Promise<Wallet> {
    const wallet = await Wallet.open({ storage, passphrase: '' })
    this.#wallets.push(wallet)
    return wallet
  }

  async buyer(storage?: WalletStorage): Promise<{ wallet: Wallet; purse: Purse }> {
    const wallet = await this.wallet(1000n, storage)
    const { infoHash } = this
    const { purse } = await buy(wallet, { infoHash, ...SWARM, ...TERMS })
    return { wallet, purse: purse! }
  }

  /** Announces without buying; so the provider tells its news. */
  announce(wallet: Wallet) {
    const options = { infoHash: this.infoHash, ...SWARM, ...TERMS, event: '', want: false }
    return announce(wallet, options)
  }

  piece(index: number): Uint8Array {
    return this.#data.slice(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH)
  }

  pieceHash(index: number): Uint8Array {
    return this.#hashes.slice(20 * index, 20 * index + 20)
  }

  /** The content as one who has these pieces has it; what is given to him is added. */
  contents(pieces: Set<number>): ContentsAtHand {
    const content: ContentAtHand = {
      pieceHash: (index) => this.pieceHash(index),
      pieceLength: () => PIECE_LENGTH,
      has: (index) => pieces.has(index),
      read: async (index) => this.piece(index),
      give: async (index, bytes) => {
        pieces.add(index)
        return toHex(bytes) === toHex(this.piece(index))
      }
    }
    return (infoHash) => (toHex(infoHash) === toHex(this.infoHash) ? content : undefined)
  }

  /** The buyer asked for a piece, the seller sent it, and the buyer did not pay. */
  async owe(seller: Wallet, buyer: Wallet, purse: Purse, index: number): Promise<Sale> {
    const on = { time: buyer.now(), expiry: buyer.now() + 3600e3 }
    const { infoHash } = this
    const order = { payee: seller.uid, infoHash, purse: purse.id, indexes: [index], resend: 0 }
    const request = await buyer.signer.sign('request', order, on)
    const delivery = await seller.signer.sign(
      'delivery',
      {
        payer: buyer.uid,
        ...{ infoHash, purse: purse.id, indexes: [index], hashes: this.pieceHash(index) },
        request: crypto.sha256(request)
      },
      on
    )
    const sale = seller.sales.open(decode(purse.frame, 'purse').message, purse.frame)
    const window = { request, delivery }
    sale.owe(index, { window, buyer: buyer.certificate, at: seller.now() })
    return sale
  }
}

/** Files a complaint that an honest wallet would not: its own judge and its own book would stop it. */
export async function lie(
  wallet: Wallet,
  complaint: Omit<Body<'complaint'>, 'count'>,
  count: number
): Promise<void> {
  const on = { time: wallet.now(), expiry: wallet.now() + 600e3 }
  const frame = await wallet.signer.sign('complaint', { ...complaint, count }, on)
  const body = sealTo(crypto, wallet.trust.newestEpoch()!.boxKey, frame).slice()
  const headers = { 'content-type': 'application/octet-stream' }
  const url = `${wallet.api}/floodgate/v1/complaints`
  const { status } = await fetch(url, { method: 'POST', headers, body })
  if (status !== 200) throw new Error(`HTTP ${status}`)
}

/** The seller's complaint about what `CourtStage.owe` made, taken up and not filed yet. */
export function takeUp(seller: Wallet, sale: Sale, index: number) {
  const { purse, infoHash } = sale.purse
  const frames = [sale.proofOf(index)!.request]
  return seller.court.disputes.add(
    {
      ...{ kind: 'unpaid', accused: sale.payer, certificate: sale.buyer },
      ...{ infoHash, purse, index, frames }
    },
    seller.now()
  )!
}
