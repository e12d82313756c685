// Where the peers of the lossy network get their wallets and purses.

import type { Wallet } from '@floodgate/wallet'
import { PaperProvider } from '../../support/paper-provider.ts'
import type { SimPeer } from './sim-peer.ts'

export const PIECES = 40

/** Whoever registers peers and sells purses. */
export interface Shop {
  infoHash: Uint8Array
  /** Free pieces. */
  free?: number
  wallet(): Promise<Wallet>
  sellPurse(wallet: Wallet): Promise<void>
  /** Called in the midst of it. */
  meanwhile?(peers: SimPeer[]): Promise<void>
}

export function paperShop(): Shop {
  const provider = new PaperProvider()
  const infoHash = provider.crypto.random(20)
  return {
    infoHash,
    wallet: () => provider.wallet(),
    sellPurse: (wallet) => provider.sellPurse(wallet, infoHash, PIECES)
  }
}

const showAll = ({ links }: SimPeer): Promise<unknown> =>
  Promise.all([...links.values()].map((link) => link.conversation.purseChanged()))

/** Three pieces are free, purses cover parts and overlap; in the midst of it some top up, and one ends its purse. */
export function partsShop(): Shop {
  const provider = new PaperProvider()
  const infoHash = provider.crypto.random(20)
  const sell = (wallet: Wallet, ...pieces: number[]): Promise<void> =>
    provider.sellPurse(wallet, infoHash, PIECES, 2n, pieces)
  return {
    ...{ infoHash, free: 3 },
    wallet: () => provider.wallet(),
    sellPurse: async (wallet) => {
      await sell(wallet, 3, 15, 20, 25)
      await sell(wallet, 12, 22)
    },
    async meanwhile([, anna, bert, cleo]) {
      bert!.wallet.purses.all()[0]!.cancel({ frame: new Uint8Array(1), refundAt: 0 })
      await sell(anna!.wallet, 25, PIECES)
      await sell(bert!.wallet, 3, PIECES)
      await sell(cleo!.wallet, 22, 30, 31, PIECES)
      await sell(cleo!.wallet, 29, 32)
      await Promise.all([anna!, bert!, cleo!].map(showAll))
    }
  }
}
