// SIMULATED members of an audience: accounts that really register, ask and pay over the provider's API, and open what they
// bought. Only their sockets to other peers are missing: all hold the same copy of the sealed bytes.

import { createHash } from 'node:crypto'
import { codeOf, platformCrypto, toHex } from '@floodgate/protocol'
import { decodeKeys, openContent } from '@floodgate/push'
import { Wallet, buyKeys, memoryStorage, register, type KeyOrder } from '@floodgate/wallet'
import type { Played } from '../actors/bench-peer.ts'
import type { Seller } from '../harness/content.ts'

/** Costs of the passphrase: there is none, so as little as can be. */
const SCRYPT = { N: 16, r: 8, p: 1 }
/** So many ask at the same time. */
const AT_ONCE = 16
/** Enough of the release to see that it plays: whole ones would measure this process's decryption. */
const PLAYED_BYTES = 256 * 1024

export class Simulated {
  readonly #wallets: Wallet[]
  readonly #sealed: Buffer

  private constructor(wallets: Wallet[], sealed: Buffer) {
    this.#wallets = wallets
    this.#sealed = sealed
  }

  static async open({ rootKey, url }: Seller, count: number, sealed: Buffer): Promise<Simulated> {
    const wallets = await inTurns(Array.from({ length: count }), async () => {
      const storage = memoryStorage()
      const keys = { rootKey, api: url, passphrase: '', scrypt: SCRYPT }
      const wallet = await Wallet.create({ storage, ...keys })
      await register(wallet, 'bench')
      return wallet
    })
    return new Simulated(wallets, sealed)
  }

  get uids(): string[] {
    return this.#wallets.map(({ uid }) => toHex(uid))
  }

  /** What the provider refuses each with. */
  refusals(order: KeyOrder): Promise<string[]> {
    return inTurns(this.#wallets, (wallet) => buyKeys(wallet, order).then(() => '', codeOf))
  }

  /** Buys keys and plays the begin; the hash is of that. */
  play(order: KeyOrder): Promise<Played[]> {
    const read = async (offset: number, length: number) =>
      this.#sealed.subarray(offset, offset + length)
    return inTurns(this.#wallets, async (wallet) => {
      const start = performance.now()
      const bytes = await buyKeys(wallet, order)
      const content = await openContent(platformCrypto, decodeKeys(bytes), read)
      const first = await content.read(0, Math.min(PLAYED_BYTES, content.length))
      const firstMs = performance.now() - start
      const sha256 = createHash('sha256').update(first).digest('hex')
      return { firstMs, keyBytes: bytes.length, sha256 }
    })
  }

  /** What `play` gives when it is the right content. */
  static hashOf(plain: Buffer): string {
    return createHash('sha256').update(plain.subarray(0, PLAYED_BYTES)).digest('hex')
  }

  async close(): Promise<void> {
    await Promise.all(this.#wallets.map((wallet) => wallet.close()))
  }
}

/** As `map`, some at a time. */
async function inTurns<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await act(items[at]!)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}
