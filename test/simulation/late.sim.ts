// A case of its own: a piece is paid late, while the seller's complaint of it waits for a provider that is away. It must not
// become the complaint of somebody who holds a receipt.

import assert from 'node:assert/strict'
import { play, type Variation } from './schedule.ts'
import type { World } from './world.ts'

const MINUTE_MS = 60e3
const SEEDS = 40

/** The buyer is cut off as its first piece comes, the provider soon after; the buyer is back and pays before the provider. */
function arrange(world: World): void {
  const { truth, network, office } = world
  const { timeline } = network
  const arrived = truth.arrived.bind(truth)
  truth.arrived = (buyer, seller, index) => {
    arrived(buyer, seller, index)
    truth.arrived = arrived
    world.part()
    timeline.after(8000, () => office.leave(7 * MINUTE_MS))
    timeline.after(70_000, () => world.meet())
  }
}

const CALM: Variation = {
  ...{ rogues: 0, buyers: 1, pieces: 3, isFair: true, arrange },
  deaths: { provider: [], seeder: [], anna: [] }
}

describe('simulation: late payments', () => {
  it('I5: a complaint that waited while its debt was paid convicts nobody', async function () {
    this.timeout(30_000)
    let complaints = 0
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { faults, counts } = await play(seed, CALM)
      assert.deepEqual(faults, [], `seed ${seed}`)
      complaints += counts['warning'] ?? 0
    }
    assert.ok(complaints > SEEDS, 'the provider was asked in vain')
  })
})
