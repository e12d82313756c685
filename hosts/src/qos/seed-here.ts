// A seeder of the pool in the provider's own process.

import { FloodgateError } from '@floodgate/protocol'
import { changedLine } from '../provider/booking-lines.ts'
import { OwnSeeder, type SeederOptions } from '../provider/own-seeder.ts'
import { noteMissing } from '../provider/shelf.ts'
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
    let hasEnded = false
    // The pool starts another one, which checks all of it.
    const onChanged = (): void => void seeder.close().finally(() => (hasEnded = true))
    const seeder = await OwnSeeder.start({ ...options, walletFile, uploadLimit: 0, onChanged })
    try {
      await own(seeder.uid)
      const { pieces, missing } = await seeder.seed(shelved)
      await noteMissing(shelved, missing)
      const changed = changedLine(shelved.infoHash, missing, pieces)
      if (missing === pieces) throw new FloodgateError('no-source', changed)
      if (missing > 0) options.out.warn('data-changed', changed)
    } catch (error) {
      await seeder.close()
      throw error
    }
    return {
      get ended() {
        return hasEnded || seeder.ended
      },
      setRate: async (rate) => seeder.setRate(rate),
      retire: () => seeder.close()
    }
  }
