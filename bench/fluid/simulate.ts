// Runs a policy, unchanged, against a simulated swarm, and measures it against the promise and the clairvoyant optimum.

import { EVERY_MS, NOTHING, type Decision, type Past, type QosPolicy } from '@floodgate/qos'
import { randomFrom } from '../../test/support/random.ts'
import { optimum, type Promised } from './optimum.ts'
import { populate } from './population.ts'
import { Swarm, type Split } from './swarm.ts'
import { arrivalsOf, type Bin } from './traces.ts'

export interface Setting {
  trace: readonly Bin[]
  leechers: number
  split: Split
  seed: number
  promised: Promised
}

export interface Measured {
  /** Bytes that the provider sent, and the least that it could have sent. */
  egress: number
  optimum: number
  /** Of what all leechers got, the share that came from peers. */
  offload: number
  /** Of all leecher-seconds after the allowance, those below the promise. */
  missed: number
  /** The longest time from the end of demand to a rate of nothing, seconds. */
  retiredS: number
  completed: number
}

/** A gigabyte at 4 Mbit/s, a film of 33 minutes: of this rate peers give about half. */
export const FILM: Promised = { length: 1e9, rate: 500_000, allowanceS: 30 }
const HISTORY = 12
const EVERY_S = EVERY_MS / 1000
/** After the last leecher has gone it goes on for so long. */
const AFTERWARDS_S = 120

export function simulate(policy: QosPolicy, setting: Setting): Measured {
  const { promised } = setting
  const random = randomFrom(setting.seed)
  const people = populate(arrivalsOf(setting.trace, setting.leechers, random), random)
  const swarm = new Swarm(promised.length, setting.split, random)
  const control = new Control(policy)
  const misses = new Misses(promised)
  let [came, completed, idleS, retiredS] = [0, 0, 0, 0]
  for (let second = 0; completed < people.length || idleS < AFTERWARDS_S; second++) {
    while (came < people.length && people[came]!.arrival <= second) swarm.arrive(people[came++]!)
    if (second % EVERY_S === 0) control.decide(swarm, second)
    swarm.flow(second, control.inForce)
    misses.count(swarm, second)
    const before = swarm.leechers().length
    swarm.depart(second)
    const now = swarm.leechers().length
    completed += before - now
    idleS = now === 0 ? idleS + 1 : 0
    if (idleS > 0 && control.inForce.rate > 0) retiredS = Math.max(retiredS, idleS)
  }
  const egress = swarm.providerBytes
  const wanted = people.length * promised.length
  return {
    ...{ egress, optimum: optimum(people, promised), offload: 1 - egress / wanted },
    ...{ missed: misses.share, retiredS, completed }
  }
}

/** The policy's loop, without waiting: a decision holds from the next second on. */
class Control {
  readonly #policy: QosPolicy
  readonly #history: Past[] = []
  inForce: Decision = NOTHING

  constructor(policy: QosPolicy) {
    this.#policy = policy
  }

  decide(swarm: Swarm, second: number): void {
    const sample = swarm.sample(second)
    const decision = this.#policy.decide(sample, this.#history, this.#history.at(-1)?.decision)
    this.#history.push({ sample, decision })
    if (this.#history.length > HISTORY) this.#history.shift()
    this.inForce = decision
  }
}

/** Leecher-seconds below the promise: half a minute's mean, from the end of the allowance on. */
class Misses {
  readonly #promised: Promised
  #missed = 0
  #all = 0

  constructor(promised: Promised) {
    this.#promised = promised
  }

  count(swarm: Swarm, second: number): void {
    const { rate, length, allowanceS } = this.#promised
    for (const peer of swarm.leechers()) {
      if (second - peer.person.arrival < allowanceS) continue
      if (peer.got >= length - 1) continue // its last second needs less
      this.#all++
      if (peer.recent() < Math.min(rate, peer.person.downlink) - 1) this.#missed++
    }
  }

  get share(): number {
    return this.#all === 0 ? 0 : this.#missed / this.#all
  }
}
