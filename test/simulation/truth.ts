// What really happened, as nobody but the simulation knows it: which bytes went where. Books and balances are held
// against it at the end.

import { toHex } from '@floodgate/protocol'
import type { Honest } from './honest.ts'

const keyOf = (from: string, to: string, index: number): string => `${from} ${to} ${index}`

export class Truth {
  /** Pieces that an honest peer began to send: seller, buyer's uid, index. */
  readonly sent = new Set<string>()
  /** Pieces whose true bytes came to an honest peer: seller's uid, buyer, index. */
  readonly got = new Set<string>()
  /** Pieces that the provider gave to an honest buyer. */
  readonly given = new Set<string>()

  began(seller: Honest, buyer: Uint8Array | undefined, index: number): void {
    this.sent.add(keyOf(seller.uid, toHex(buyer!), index))
  }

  arrived(buyer: Honest, seller: Uint8Array | undefined, index: number): void {
    this.got.add(keyOf(toHex(seller!), buyer.uid, index))
  }

  fetched(buyer: Honest, index: number): void {
    this.given.add(`${buyer.uid} ${index}`)
  }

  /** Did this peer get the piece from this seller? */
  hasGot(buyer: string, seller: string, index: number): boolean {
    return this.got.has(keyOf(seller, buyer, index))
  }

  /** Pieces that this peer sent to this account. */
  sentTo(seller: string, buyer: string): number[] {
    const prefix = `${seller} ${buyer} `
    return [...this.sent]
      .filter((key) => key.startsWith(prefix))
      .map((key) => Number(key.slice(prefix.length)))
  }

  /** Uids of those who sent this piece to this peer. */
  sellersOf(buyer: string, index: number): string[] {
    const end = ` ${buyer} ${index}`
    return [...this.got].filter((key) => key.endsWith(end)).map((key) => key.split(' ')[0]!)
  }

  /** Uids of those whom this peer sent pieces. */
  buyersOf(seller: string): Set<string> {
    const keys = [...this.sent].filter((key) => key.startsWith(`${seller} `))
    return new Set(keys.map((key) => key.split(' ')[1]!))
  }
}
