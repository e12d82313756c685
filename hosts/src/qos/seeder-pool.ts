// A pool of the provider's own seeders. Each has an account of its own and one content: a rate is a client's and not
// a torrent's, and several seeders of one content have to be different peers. Where they run is said by whoever launches them.

import { join } from 'node:path'
import { levelPool, type RunningSeeder, type SeederPool } from '@floodgate/qos'
import type { Home } from '../provider/home.ts'
import type { Shelved } from '../provider/shelf.ts'

/** Starts a seeder that gives nothing yet. `retire` claims what it earned, and puts away its wallet. */
export type Launch = (order: {
  shelved: Shelved
  /** Its account; made if it is not there. No other seeder has it open. */
  walletFile: string
}) => Promise<RunningSeeder>

interface SeederPoolOptions {
  home: Pick<Home, 'seederWallet' | 'seeders'>
  /** Where a content lies. */
  find: (content: string) => Shelved
  launch: Launch
  /** Bytes per second of all contents together. */
  rateMax: number
  /** Seeders of one content, at the most. */
  seedersMax?: number
}

/** On one machine more seeders gain connections, and no bandwidth. */
const SEEDERS_MAX = 4

export function seederPool(options: SeederPoolOptions): SeederPool {
  const { home, find, launch, rateMax, seedersMax = SEEDERS_MAX } = options
  /**
   * Wallets in use, by number; who ended by itself uses none. The first is the account that the provider's one seeder has
   * without a policy.
   */
  const taken = new Map<number, { ended?: boolean }>()
  const walletOf = (number: number): string =>
    number === 0 ? home.seederWallet : join(home.seeders, `wallet-${number}.json`)

  async function start(content: string): Promise<RunningSeeder> {
    const number = lowestFree(taken)
    taken.set(number, {})
    try {
      const seeder = await launch({ shelved: find(content), walletFile: walletOf(number) })
      taken.set(number, seeder)
      return {
        get ended() {
          return seeder.ended === true
        },
        setRate: (rate) => seeder.setRate(rate),
        async retire() {
          await seeder.retire()
          if (taken.get(number) === seeder) taken.delete(number)
        }
      }
    } catch (error) {
      taken.delete(number)
      throw error
    }
  }
  return levelPool({ rateMax, seedersMax, start })
}

function lowestFree(taken: ReadonlyMap<number, { ended?: boolean }>): number {
  let number = 0
  while (taken.has(number) && taken.get(number)!.ended !== true) number++
  return number
}
