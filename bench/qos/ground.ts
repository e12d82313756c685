// Where a swarm runs: each process in a network namespace of its own, with a line that is limited and loses packets; or,
// where that is not allowed, all of them on loopback, throttled by WebTorrent itself. Namespaces have no names: they belong
// to their processes, so that however a run ends nothing of them is left.

import type { HubJobs } from '../actors/qos-hub.ts'
import type { Actor, Jobs } from '../harness/actor.ts'
import { round } from '../harness/figures.ts'
import type { Stage } from '../harness/stage.ts'
import { addressOf, type Line } from './network.ts'
import type { Lost } from './nft.ts'

export const GROUNDS = ['auto', 'loopback'] as const

/** What is in force beside limits. */
export interface Weather {
  /** Share of packets that are lost on their way in. */
  loss: number
  /** One way, of the slowest line. */
  delayMs: number
}

export interface Wiring {
  address: string
  loss: number
  /** Of this line. */
  delayMs: number
}

/** Jobs of an actor that can be put on a line (wired.ts). */
export type OnLine = Jobs & {
  wire(given: Wiring): Promise<void>
  lost(given: undefined): Promise<Lost>
}

export interface Placed<J extends Jobs> {
  actor: Actor<J>
  address: string
  /** Where servers listen so that they are reached there. */
  listenOn: string
  /** What it has to keep to by itself, as nothing else limits it. */
  throttle: Line | undefined
}

export interface Ground {
  /** For people: what limits and what loses, and if it is not what it should be, why. */
  readonly says: string
  readonly weather: Weather
  /** Packets so far, of all lines. */
  lost(): Promise<Lost>
  place<J extends OnLine>(file: string, line: Line): Promise<Placed<J>>
}

const LOOPBACK = '127.0.0.1'
const ANYWHERE = '0.0.0.0'
const CALM: Weather = { loss: 0, delayMs: 0 }
const INSIDE = ['unshare', '--net'] as const

export async function findGround(
  stage: Stage,
  wish: Weather & { ground: (typeof GROUNDS)[number] }
): Promise<Ground> {
  if (wish.ground === 'loopback') return loopback(stage, 'as was asked for')
  try {
    const hub = await stage.actor<HubJobs>('qos-hub', { inside: INSIDE })
    await hub.ask('open', undefined)
    return await filtered(stage, hub, wish)
  } catch (error) {
    return loopback(stage, `namespaces are not to be had here (${firstLine(error)})`)
  }
}

async function filtered(stage: Stage, hub: Actor<HubJobs>, wish: Weather): Promise<Ground> {
  try {
    await hub.ask('tryFilters', undefined)
    return namespaces(stage, hub, wish, sayWeather(wish))
  } catch (error) {
    return namespaces(stage, hub, CALM, `${sayWeather(CALM)}, without nft (${firstLine(error)})`)
  }
}

/** An actor's error is told with its stack. */
const firstLine = (error: unknown): string => (error as Error).message.split('\n')[0]!

const loopback = (stage: Stage, why: string): Ground => ({
  says: `loopback, ${why}: throttled by WebTorrent itself; ${sayWeather(CALM)}`,
  weather: CALM,
  lost: async () => ({ packets: 0, lost: 0 }),
  place: async <J extends OnLine>(file: string, throttle: Line) => {
    const actor = await stage.actor<J>(file)
    return { actor, address: LOOPBACK, listenOn: LOOPBACK, throttle }
  }
})

const sayWeather = ({ loss, delayMs }: Weather): string =>
  [
    loss > 0 ? `${round(loss * 100, 2)} % of packets lost by nft` : 'nothing is lost',
    delayMs > 0 ? `delayed by up to ${delayMs} ms each way by a proxy` : 'nothing is delayed'
  ].join(', ')

function namespaces(
  stage: Stage,
  hub: Actor<HubJobs>,
  { loss, delayMs }: Weather,
  says: string
): Ground {
  const placed: Actor<OnLine>[] = []
  return {
    says: `a network namespace for each, limited by tc tbf; ${says}`,
    weather: { loss, delayMs },
    async place<J extends OnLine>(file: string, line: Line): Promise<Placed<J>> {
      const actor = await stage.actor<J>(file, { inside: INSIDE })
      // Whatever else J does, it can be wired; of a type parameter the compiler cannot know it.
      const wired = actor as unknown as Actor<OnLine>
      const number = placed.push(wired)
      await hub.ask('plug', { port: `port${number}`, pid: actor.pid, line })
      const address = addressOf(number)
      await wired.ask('wire', { address, loss, delayMs: delayMs > 0 ? line.delayMs : 0 })
      return { actor, address, listenOn: ANYWHERE, throttle: undefined }
    },
    async lost() {
      const sum = { packets: 0, lost: 0 }
      if (loss === 0) return sum
      for (const one of await Promise.all(placed.map((actor) => actor.ask('lost', undefined)))) {
        sum.packets += one.packets
        sum.lost += one.lost
      }
      return sum
    }
  }
}
