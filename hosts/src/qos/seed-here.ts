// A seeder of the pool in the provider's own process.

import { FloodgateError } from '@floodgate/protocol'
import { OwnSeeder, type SeederOptions } from '../provider/own-seeder.ts'
import { count, short } from '../units.ts'
import type { Launch } from './seeder-pool.ts'

export interface SeedHereOptions extends Omit<
  SeederOptions,
  'walletFile' | 'uploadLimit' | 'port'
> {
  /** Told of its account before it announces. */
  own: (uid: string) => Promise<void>
}

/** Throws `no-source` when nothing of the content is here. */
export const seedHere =
  ({ own, ...options }: SeedHereOptions): Launch =>
  async ({ shelved, walletFile }) => {
    const seeder = await OwnSeeder.start({ ...options, walletFile, uploadLimit: 0 })
    try {
      await own(seeder.uid)
      const { pieces, missing } = await seeder.seed(shelved)
      const where = `${short(shelved.infoHash)}: ${count(missing, 'piece')} of ${pieces}`
      if (missing === pieces) throw new FloodgateError('no-source', where)
      if (missing > 0) {
        options.out.warn('data-changed', `${where} are not as they were when it was published.`)
      }
    } catch (error) {
      await seeder.close()
      throw error
    }
    return {
      get ended() {
        return seeder.ended
      },
      setRate: async (rate) => seeder.setRate(rate),
      retire: () => seeder.close()
    }
  }
