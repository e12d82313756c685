// What every seeder pool must do. An implementation's test makes one and tells what runs.

import assert from 'node:assert/strict'
import type { SeederPool } from '@floodgate/qos'
import { decisionOf } from './samples.ts'

export interface PoolUnderTest {
  pool: SeederPool
  /** The rates of a content's seeders that run now, bytes per second. */
  rates(content: string): Promise<number[]> | number[]
  /** Something that a repeated decision must not add to: starts, rates set, messages sent. */
  changes(): number
  /** Takes away what the test made; the pool may be closed. */
  clean(): Promise<void>
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0)

export function poolCompliance(name: string, make: () => Promise<PoolUnderTest>): void {
  describe(`${name}: seeder pool compliance`, () => {
    let made: PoolUnderTest
    let pool: SeederPool
    beforeEach(async () => {
      made = await make()
      pool = made.pool
    })
    afterEach(() => made.clean())

    const seeding = (seeders: number, rate: number) => decisionOf({ seeders, rate })
    const together = async (content: string): Promise<number> => sum(await made.rates(content))

    it('has a maximum', () => {
      assert.ok(pool.rateMax > 0)
    })

    it('makes a decision true: so many seeders, the rate for all together', async () => {
      await pool.apply('film', seeding(2, 1_000_000))
      assert.equal((await made.rates('film')).length, 2)
      assert.equal(await together('film'), 1_000_000)
    })

    it('changes nothing when the same is said again', async () => {
      await pool.apply('film', seeding(2, 1_000_000))
      const before = made.changes()
      await pool.apply('film', seeding(2, 1_000_000))
      assert.equal(made.changes(), before)
      assert.equal(await together('film'), 1_000_000)
    })

    it('turns the rate up and down, starts and retires', async () => {
      for (const [seeders, rate] of [
        [1, 200_000],
        [3, 900_000],
        [1, 100_000]
      ] as const) {
        await pool.apply('film', seeding(seeders, rate))
        assert.equal((await made.rates('film')).length, seeders)
        assert.equal(await together('film'), rate)
      }
    })

    it('retires all at none, and starts again', async () => {
      await pool.apply('film', seeding(2, 500_000))
      await pool.apply('film', seeding(0, 0))
      assert.deepEqual(await made.rates('film'), [])
      await pool.apply('film', seeding(1, 500_000))
      assert.equal(await together('film'), 500_000)
    })

    it('retires what it never started', async () => {
      await pool.apply('unknown', seeding(0, 0))
      assert.deepEqual(await made.rates('unknown'), [])
    })

    it('keeps contents apart', async () => {
      await Promise.all([
        pool.apply('film', seeding(1, 300_000)),
        pool.apply('game', seeding(2, 400_000))
      ])
      await pool.apply('film', seeding(0, 0))
      assert.deepEqual(await made.rates('film'), [])
      assert.equal(await together('game'), 400_000)
    })

    it('lets the last of several decisions win', async () => {
      await Promise.all([
        pool.apply('film', seeding(1, 100_000)),
        pool.apply('film', seeding(4, 800_000)),
        pool.apply('film', seeding(2, 600_000))
      ])
      assert.equal((await made.rates('film')).length, 2)
      assert.equal(await together('film'), 600_000)
    })

    it('retires everything when it is closed, and refuses what comes later', async () => {
      await pool.apply('film', seeding(2, 500_000))
      await pool.apply('game', seeding(1, 500_000))
      await pool.close()
      assert.deepEqual(await made.rates('film'), [])
      assert.deepEqual(await made.rates('game'), [])
      await assert.rejects(pool.apply('film', seeding(1, 1)), { code: 'bad-option' })
    })
  })
}
