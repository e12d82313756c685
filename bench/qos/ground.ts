// Where a swarm runs: each process in a network namespace of its own, with a line that is limited and loses packets; or,
// where that is not allowed, all of them on loopback, throttled by WebTorrent itself. Namespaces have no names: they belong
// to their processes, so that however a run ends nothing of them is left.

import type { HubJobs } from '../actors/qos-hub.ts'
import type { Actor, Jobs } from '../harness/actor.ts'
import type { Stage } from '../harness/stage.ts'
import type { Line } from './network.ts'

export const GROUNDS = ['auto', 'loopback'] as const

export interface Wiring {
  address: string
  /** Share of packets that are lost on their way in. */
  loss: number
}

/** Jobs of an actor that can be put on a line; it is asked before anything else. */
export type OnLine = Jobs & { wire(given: Wiring): Promise<void> }

export interface Placed<J extends Jobs> {
  actor: Actor<J>
  address: string
  /** What it has to keep to by itself, as nothing else limits it. */
  throttle: Line | undefined
}

export interface Ground {
  /** For people: what limits and what loses, and if it is not what it should be, why. */
  readonly says: string
  place<J extends OnLine>(file: string, line: Line): Promise<Placed<J>>
}

const LOOPBACK = '127.0.0.1'
const INSIDE = ['unshare', '--net'] as const

export async function findGround(
  stage: Stage,
  wish: { ground: (typeof GROUNDS)[number]; loss: number }
): Promise<Ground> {
  if (wish.ground === 'loopback') return loopback(stage, 'as was asked for')
  try {
    const hub = await stage.actor<HubJobs>('qos-hub', { inside: INSIDE })
    const loses = await hub.ask('open', undefined)
    return namespaces(stage, hub, loses ? wish.loss : 0)
  } catch (error) {
    return loopback(stage, `namespaces are not to be had here (${String(error).split('\n')[0]})`)
  }
}

const loopback = (stage: Stage, why: string): Ground => ({
  says: `loopback, ${why}: throttled by WebTorrent itself, nothing is lost`,
  place: async <J extends OnLine>(file: string, throttle: Line) => {
    const actor = await stage.actor<J>(file)
    return { actor, address: LOOPBACK, throttle }
  }
})

function namespaces(stage: Stage, hub: Actor<HubJobs>, loss: number): Ground {
  let placed = 0
  const lost = loss > 0 ? `${loss * 100} % of packets lost by nft` : 'nothing is lost'
  return {
    says: `a network namespace for each, limited by tc tbf, ${lost}`,
    async place<J extends OnLine>(file: string, line: Line): Promise<Placed<J>> {
      const number = ++placed
      const actor = await stage.actor<J>(file, { inside: INSIDE })
      await hub.ask('plug', { port: `port${number}`, pid: actor.pid, line })
      const address = `10.77.0.${number}`
      // Whatever else J does, it can be wired; of a type parameter the compiler cannot know it.
      const wired = actor as unknown as Actor<OnLine>
      await wired.ask('wire', { address, loss })
      return { actor, address, throttle: undefined }
    }
  }
}
