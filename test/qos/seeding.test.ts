// The loop: what it does when everything works, and that nothing that fails gets into the host. Time passes when a test says so.

import assert from 'node:assert/strict'
import {
  budget,
  startSeeding,
  type QosPolicy,
  type SampleSource,
  type SeedingOptions,
  type SwarmSample
} from '@floodgate/qos'
import { MemorySeeders } from './memory-seeders.ts'
import { MIDNIGHT, decisionOf, leechersOf, sampleOf } from './samples.ts'

/** A loop whose every step the test begins, and waits for. */
class Stage implements SampleSource {
  readonly seeders = new MemorySeeders()
  readonly errors: unknown[] = []
  samples: SwarmSample[] = []
  fault: Error | undefined
  time = MIDNIGHT
  reads = 0
  #go: () => void = () => {}
  #idle = Promise.withResolvers<void>()
  readonly seeding

  constructor(options: Partial<SeedingOptions> = {}) {
    this.seeding = startSeeding({
      ...{ policy: perLeecher, pool: this.seeders.pool, source: this },
      now: () => this.time,
      onError: (error) => this.errors.push(error),
      wait: (_ms, signal) => this.#wait(signal),
      ...options
    })
  }

  async read(): Promise<SwarmSample[]> {
    this.reads++
    if (this.fault !== undefined) throw this.fault
    return this.samples.map((sample) => ({ ...sample, time: this.time }))
  }

  /** Resolves when the step that runs has ended. */
  get idle(): Promise<void> {
    return this.#idle.promise
  }

  /** One step, 5 s later. */
  async step(): Promise<void> {
    await this.idle
    this.begin()
    await this.idle
  }

  begin(): void {
    this.time += 5000
    this.#idle = Promise.withResolvers()
    this.#go()
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#go = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
      this.#idle.resolve()
    })
  }
}

/** 1 MB/s for each leecher. */
const perLeecher: QosPolicy = {
  decide: ({ leechers }) =>
    decisionOf({ rate: leechers.length * 1e6, seeders: 1, reason: `${leechers.length} leechers.` })
}

const film = (leechers: number): SwarmSample =>
  sampleOf({ content: 'film', leechers: leechersOf(leechers) })
const game = (leechers: number): SwarmSample => ({ ...film(leechers), content: 'game' })

describe('qos: startSeeding', () => {
  let stage: Stage
  afterEach(() => stage.seeding.stop())

  it('seeds what the policy decides, explains it, and remembers it', async () => {
    stage = new Stage()
    assert.match(stage.seeding.explain('film'), /Nothing was decided/)
    stage.samples = [film(2), game(3)]
    await stage.step()
    assert.deepEqual(stage.seeders.rates('film'), [2e6])
    assert.deepEqual(stage.seeders.rates('game'), [3e6])
    assert.equal(stage.seeding.explain('film'), '2 leechers.')
    stage.samples = [film(1), game(3)]
    await stage.step()
    const rates = stage.seeding.decisions('film').map(({ decision }) => decision.rate)
    assert.deepEqual(rates, [2e6, 1e6])
    assert.equal(stage.seeding.decisions().length, 4)
  })

  it('shows the policy its past, and what holds', async () => {
    const seen: [past: number, last: number | undefined][] = []
    const policy: QosPolicy = {
      decide(sample, history, last) {
        seen.push([history.length, last?.rate])
        return perLeecher.decide(sample, history, last)
      }
    }
    stage = new Stage({ policy })
    stage.samples = [film(7)]
    for (let i = 0; i < 20; i++) await stage.step()
    assert.deepEqual(seen.slice(0, 3), [
      [0, undefined],
      [1, 7e6],
      [2, 7e6]
    ])
    assert.deepEqual(seen.at(-1), [12, 7e6])
  })

  it('remembers a thousand decisions at the most', async () => {
    stage = new Stage()
    stage.samples = Array.from({ length: 300 }, (_, i) => ({ ...film(0), content: `content ${i}` }))
    for (let i = 0; i < 4; i++) await stage.step()
    assert.equal(stage.seeding.decisions().length, 1000)
    assert.equal(stage.seeding.decisions('content 299').length, 4)
  })

  it('retires a content that is no longer offered', async () => {
    stage = new Stage()
    stage.samples = [film(2), game(2)]
    await stage.step()
    stage.samples = [game(2)]
    await stage.step()
    assert.deepEqual(stage.seeders.rates('film'), [])
    assert.deepEqual(stage.seeders.rates('game'), [2e6])
  })

  it('goes on with what holds when the source fails, and reports it', async () => {
    stage = new Stage()
    stage.samples = [film(2)]
    await stage.step()
    stage.fault = new Error('no samples')
    await stage.step()
    assert.deepEqual(stage.seeders.rates('film'), [2e6])
    assert.deepEqual(stage.errors, [stage.fault])
    stage.fault = undefined
    stage.samples = [film(3)]
    await stage.step()
    assert.deepEqual(stage.seeders.rates('film'), [3e6])
  })

  it('keeps the budget when it is blind, as if all that is allowed were sent (W16)', async () => {
    stage = new Stage({ budget: budget({ inAll: '30 MB' }) })
    stage.samples = [film(2)]
    await stage.step()
    stage.fault = new Error('no samples')
    const rates: number[] = []
    for (let i = 0; i < 5; i++) {
      await stage.step()
      rates.push(stage.seeders.rates('film')[0] ?? 0)
    }
    assert.deepEqual(rates, [2e6, 2e6, 0, 0, 0]) // 10 MB a step, one step was before
  })

  it('goes on with what holds when the policy fails, or wants what is no rate', async () => {
    const wants: (() => number)[] = []
    stage = new Stage({
      policy: { decide: () => decisionOf({ rate: wants.shift()!(), seeders: 1 }) }
    })
    stage.samples = [film(1)]
    wants.push(
      () => 5e6,
      () => Number.NaN,
      () => {
        throw new Error('a bug')
      }
    )
    for (let i = 0; i < 3; i++) {
      await stage.step()
      assert.deepEqual(stage.seeders.rates('film'), [5e6])
    }
    assert.equal(stage.errors.length, 2)
  })

  it('tries again when the pool fails, and what holds is what the pool took', async () => {
    stage = new Stage()
    stage.samples = [film(1), game(1)]
    stage.seeders.fault = new Error('no room')
    await stage.step()
    assert.deepEqual(stage.errors.map(String), ['Error: no room'])
    assert.match(stage.seeding.explain('film'), /Nothing was decided/)
    assert.deepEqual(stage.seeders.rates('game'), [1e6])
    await stage.step()
    assert.deepEqual(stage.seeders.rates('film'), [1e6])
  })

  it('divides the pool among contents', async () => {
    stage = new Stage({ budget: budget({ uplink: '6 MB/s', minimum: '1 MB/s' }) })
    stage.samples = [film(4), game(4)]
    await stage.step()
    const both = [...stage.seeders.rates('film'), ...stage.seeders.rates('game')]
    const together = both[0]! + both[1]!
    assert.ok(together <= 6e6 && together > 5.99e6) // in slices of a thousandth
    assert.match(stage.seeding.explain('game'), /the uplink is 6 MB\/s for 8 MB\/s wanted/)
  })

  it('never begins a step beside a slow one', async () => {
    stage = new Stage()
    await stage.idle
    const gate = Promise.withResolvers<void>()
    stage.seeders.gate = gate.promise
    stage.samples = [film(1)]
    stage.begin()
    await new Promise((resolve) => setImmediate(resolve))
    const { reads } = stage
    stage.begin()
    stage.begin()
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(stage.reads, reads)
    gate.resolve()
    await stage.idle
    assert.deepEqual(stage.seeders.rates('film'), [1e6])
  })

  it('stops clean: nothing runs, nothing is decided, stopping again does nothing', async () => {
    stage = new Stage()
    stage.samples = [film(2)]
    await stage.step()
    const { reads } = stage
    await Promise.all([stage.seeding.stop(), stage.seeding.stop()])
    assert.equal(stage.seeders.running.size, 0)
    assert.equal(stage.reads, reads)
    assert.deepEqual(stage.errors, [])
  })

  it('stops while a source does not answer', async () => {
    const silent: SampleSource = { read: () => new Promise(() => {}) }
    stage = new Stage({ source: silent })
    await stage.seeding.stop()
    assert.deepEqual(stage.errors, [])
  })

  it('survives a host whose onError throws', async () => {
    const said: unknown[][] = []
    const { error } = console
    console.error = (...words: unknown[]) => said.push(words)
    try {
      const onError = (): never => {
        throw new Error('the host')
      }
      stage = new Stage({ onError })
      stage.samples = [film(1)]
      stage.fault = new Error('no samples')
      await stage.step()
      stage.fault = undefined
      await stage.step()
    } finally {
      console.error = error
    }
    assert.deepEqual(stage.seeders.rates('film'), [1e6])
    assert.ok(said.length > 0)
  })

  it('waits by timers when nothing else is said', async () => {
    const seeders = new MemorySeeders()
    const twice = Promise.withResolvers<void>()
    let reads = 0
    const source: SampleSource = {
      async read() {
        if (++reads === 2) twice.resolve()
        return [film(1)]
      }
    }
    const seeding = startSeeding({ policy: perLeecher, pool: seeders.pool, source, everyMs: 1 })
    await twice.promise
    await seeding.stop()
    assert.equal(seeders.running.size, 0)
  })
})
