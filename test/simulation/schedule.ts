// One schedule: a world made from a seed, played to its end. What happens in it follows from the seed alone.

import { chanceOf, type Chance } from './chance.ts'
import { Gang } from './gang.ts'
import { checkEnd } from './ends.ts'
import { Studio } from './film.ts'
import { checkBlacklists, checkStep } from './steps.ts'
import type { Faults } from './line.ts'
import { PURSE_LIFE_MS } from './office.ts'
import type { Death } from './party.ts'
import { withDoors } from './timeline.ts'
import { World } from './world.ts'

const [PRETEND, REAL] = [new Studio(false), new Studio(true)]
/** Every so many schedules run on real signatures. */
const REAL_EVERY = 50
const DAY_MS = 24 * 3600e3
const HOUR_MS = 3600e3
const MINUTE_MS = 60e3
/** Trade, with faults; then without, until everybody has what it wants or this is over. */
const ROUGH_MS = 18_000
const TRADE_MS = 2 * MINUTE_MS
/** After the last loss or death all is repaired, and all payments are acknowledged. */
const CALM_MS = 5000
/** Complaints: until all that is owed is filed, for clients try more and more rarely while the provider is away. */
const SUE_MS = 20_000
const COURT_MS = 30 * MINUTE_MS
/** So soon everybody has heard of its cases, and answered. */
const ANSWER_MS = 70_000
/** Everybody claims within this time; and hears what the court did when the purses closed. */
const CLAIM_MS = 5000
const AFTER_MS = 20_000

const FAIR: Faults = { loss: 0, repeat: 0, delayMaxMs: 20 }
const SKEWS_MS = [0, 0, 0, -3600e3, 7200e3, -5 * DAY_MS, 9 * DAY_MS]

export interface Result {
  seed: number
  events: number
  /** What does not hold; empty when all is well. */
  faults: string[]
  /** Messages and writes of each party. */
  steps: Record<string, number>
  /** What happened, for the trace and for tests that ask whether anything did. */
  counts: Record<string, number>
}

/** Changes to a schedule, for tests that plant a bug or narrow what happens. */
export interface Variation {
  /** Number of rogues; by chance when it is not given. */
  rogues?: number
  isReal?: boolean
  /** A network without faults, and right clocks. */
  isFair?: boolean
  buyers?: number
  pieces?: number
  deaths?: Record<string, Death[]>
  /** Called with the world before it begins. */
  arrange?: (world: World, gang: Gang) => void
  trace?: (line: string) => void
}

/** Plays the schedule of this seed. */
export async function play(seed: number, variation: Variation = {}): Promise<Result> {
  const studio = (variation.isReal ?? seed % REAL_EVERY === 0) ? REAL : PRETEND
  const chance = chanceOf(seed, 'schedule')
  const film = await studio.film(variation.pieces ?? 3 + chance.below(5))
  const world = new World({
    ...{ seed, film, keys: await studio.keys(), crypto: studio.crypto(seed) },
    faults: variation.isFair === true ? FAIR : faultsOf(chance),
    depositMinor: 3n * BigInt(film.pieces) + chance.pick([0n, 0n, 9n, 100n]),
    trace: variation.trace
  })
  const { timeline } = world.network
  const gang = new Gang(world, variation.rogues ?? sizeOf(chance.below(1000)), seed)
  const work = async (): Promise<Result> => {
    const faults: string[] = []
    try {
      await act(world, gang, seed, variation)
      faults.push(...(await checkEnd(world, gang)))
    } catch (error) {
      faults.push(String((error as Error).stack))
    }
    faults.push(...world.failures)
    const parties = [world.office, ...world.honest]
    const steps = Object.fromEntries(parties.map((party) => [party.name, party.steps]))
    return { seed, events: timeline.events, faults, steps, counts: world.counts }
  }
  return withDoors(timeline, (url, body) => world.fetch(url, body), work)
}

async function act(world: World, gang: Gang, seed: number, variation: Variation): Promise<void> {
  const chance = chanceOf(seed, 'cast')
  const { timeline } = world.network
  const all = world.film.bytes.map((_, index) => index)
  const buyers = variation.buyers ?? chance.pick([1, 1, 2, 2, 3])
  for (let i = 0; i <= buyers; i++) {
    const name = ['seeder', 'anna', 'bert', 'cleo'][i]!
    world.addHonest(name, {
      isBuyer: i > 0,
      pieces: i === 0 ? all : i > 1 && chance.happens(0.2) ? [chance.pick(all)] : [],
      skewMs: variation.isFair === true ? 0 : chance.pick(SKEWS_MS),
      limitMax: chance.pick([1, 1, 2, 4]),
      claimMs: chance.pick([8000, 20_000, HOUR_MS])
    })
  }
  for (const party of [world.office, ...world.honest]) {
    party.deaths = variation.deaths?.[party.name] ?? deathsOf(chanceOf(seed, party.name))
  }
  variation.arrange?.(world, gang)
  await world.office.open()
  for (const peer of world.honest) peer.boot()
  const run = (untilMs: number, done = () => false): Promise<void> =>
    timeline.play(untilMs, done, () => checkStep(world))
  const mingle = (): void => {
    world.mingle()
    timeline.after(3000, mingle)
  }
  timeline.after(300, mingle)
  gang.start()
  const isDone = (): boolean => world.honest.every((peer) => peer.isDone)
  await run(ROUGH_MS, () => timeline.now() > ROUGH_MS / 4 && isDone())
  world.calm()
  await run(timeline.now() + CALM_MS)
  gang.stopTrading()
  if (chance.happens(0.35)) await pause(world, gang, chance, run)
  await run(timeline.now() + TRADE_MS, isDone)
  await run(timeline.now() + CALM_MS)
  world.part()
  await run(timeline.now() + 10 * MINUTE_MS, () => world.office.life.alive)
  const sued = timeline.now()
  await run(sued + COURT_MS, () => timeline.now() > sued + SUE_MS && world.isFiled())
  if (world.hasCases()) await run(timeline.now() + ANSWER_MS)
  gang.stopSuing()
  for (const peer of world.honest) peer.claim()
  await run(timeline.now() + CLAIM_MS)
  await gang.claimAll()
  await run(timeline.now() + CLAIM_MS)
  checkBlacklists(world)
  for (const peer of world.honest)
    if (!peer.isDone) world.count(gang.members.length > 0 ? 'incomplete' : 'incomplete alone')
  timeline.sleep(PURSE_LIFE_MS + DAY_MS)
  await run(timeline.now() + AFTER_MS)
  await gang.claimAll()
  await run(timeline.now() + CLAIM_MS)
}

/** All peers go offline for a while, perhaps the provider too, and come back to debts that are old by then. */
async function pause(
  world: World,
  gang: Gang,
  chance: Chance,
  run: (untilMs: number) => Promise<void>
): Promise<void> {
  const { timeline } = world.network
  const offlineMs = chance.between(10_000, 80_000)
  const awayMs = chance.between(0, 8 * MINUTE_MS)
  world.part()
  if (chance.happens(0.4)) world.office.leave(awayMs)
  await run(timeline.now() + offlineMs)
  if (chance.happens(0.3)) world.office.leave(awayMs)
  world.meet()
  gang.resume()
  await run(timeline.now() + ROUGH_MS)
  gang.stopTrading()
}

/** 1 to 50 colluders, mostly few; none in a tenth of the schedules. */
function sizeOf(dice: number): number {
  if (dice < 100) return 0
  if (dice < 990) return 1 + (dice % 5)
  return dice < 998 ? 6 + (dice % 15) : 50
}

const faultsOf = (chance: Chance): Faults => ({
  loss: chance.pick([0, 0, 0.05, 0.2]),
  repeat: chance.pick([0, 0.1, 0.3]),
  delayMaxMs: chance.pick([20, 100, 400])
})

function deathsOf(chance: Chance): Death[] {
  const many = chance.pick([0, 0, 1, 1, 2, 4])
  return Array.from({ length: many }, () => ({
    at: chance.below(chance.pick([20, 60, 150])),
    after: chance.happens(0.5)
  }))
}
