// Makes a decision true on both roads: its rate is shared out between the provider's seeders and its web origin, and whatever
// changes is told.

import type { Decision, SeederPool, WebSeedState } from '@floodgate/qos'
import type { Origin } from '@floodgate/tracker'

interface Shares {
  web: { state: WebSeedState; rate: number }
  pool: { seeders: number; rate: number }
}

/**
 * Who gives what of a decision's rate: while HTTP is open it takes what it can, and seeders the rest; once it is left, it has
 * half, and all where there are no seeders.
 */
export function shareOut({ rate, seeders, webSeed }: Decision, uplink: number): Shares {
  const wanted = { open: rate, throttled: seeders > 0 ? rate / 2 : rate, closed: 0 }[webSeed]
  const web = Math.floor(Math.min(wanted, uplink))
  const rest = rate - web
  return {
    web: { state: web > 0 ? webSeed : 'closed', rate: web },
    pool: { seeders: rest > 0 || web === 0 ? seeders : 0, rate: rest }
  }
}

/** What a decision comes to, for who asks: an origin that is not steered is open, and seeders without a share do not run. */
export function inForce(
  decision: Decision,
  origin: 'none' | 'open' | { uplink: number }
): Decision {
  if (origin === 'none') return { ...decision, webSeed: 'closed' }
  if (origin === 'open') return { ...decision, webSeed: 'open' }
  const { web, pool } = shareOut(decision, origin.uplink)
  return { ...decision, seeders: pool.seeders, webSeed: web.state }
}

/** `pool` with the origin beside it, which has `uplink` bytes per second. The rate together is never above old and new. */
export function withOrigin(pool: SeederPool, origin: Origin, uplink: number): SeederPool {
  const before = new Map<string, number>()
  return {
    rateMax: pool.rateMax + uplink,
    async apply(content, decision) {
      const { web, pool: seeded } = shareOut(decision, uplink)
      const steer = (): void => {
        origin.set(content, { state: web.state, ...(web.rate > 0 && { rateBytes: web.rate }) })
        before.set(content, web.rate)
      }
      const falls = web.rate < (before.get(content) ?? Infinity)
      if (falls) steer()
      await pool.apply(content, { ...decision, ...seeded })
      if (!falls) steer()
    },
    close: () => pool.close()
  }
}

/** `pool` that tells of every decision once it is true. */
export function toldPool(
  pool: SeederPool,
  tell: (content: string, decision: Decision) => void
): SeederPool {
  return {
    rateMax: pool.rateMax,
    async apply(content, decision) {
      await pool.apply(content, decision)
      tell(content, decision)
    },
    close: () => pool.close()
  }
}
