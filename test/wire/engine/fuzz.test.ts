/**
 * Random and mutated frames on real wires, while honest peers trade. FLOODGATE_FRAMES sets how many the guards take in;
 * what comes after the end of a wire is not counted.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { heapUsed } from '../../support/heap.ts'
import { FRAMES, randomFrom, SEED } from '../../support/random.ts'
import { anyFrame } from './noise.ts'
import { dial, watchGuards } from './strangers.ts'
import { closeAll, connect, content, done, holdsAll, leave, leecher, MIB, seeder } from './swarm.ts'

/** A wire ends at its first odd frame, so a longer batch would be sent for nothing. */
const BATCH = 10
/** Wires after which the heap has what it needs. */
const WARM = 1000
/** Bytes that a run of any length may leave on the heap. */
const GROWTH_MAX = 32 * MIB

describe(`fuzz: ${FRAMES} frames on real wires (FLOODGATE_SEED=${SEED})`, () => {
  const thrown: unknown[] = []
  const note = (error: unknown) => thrown.push(error)

  afterEach(async () => {
    process.off('unhandledRejection', note)
    await closeAll()
  })

  it('nothing throws into the host, nothing hangs or grows, and honest traffic flows', async () => {
    process.on('unhandledRejection', note)
    const random = randomFrom(SEED)
    const made = await content({ bytes: MIB })
    const [target, unfinished] = [await seeder(made), await leecher(made)]
    const seen = watchGuards(target.torrent, unfinished.torrent)
    let before = 0
    for (let round = 0; seen.frames < FRAMES; round++) {
      if (round === WARM) before = heapUsed()
      const victim = random.pick([target, unfinished])
      const { socket, closed } = dial(victim)
      // Some come in one segment with the handshake, before the wire is shown to anyone.
      if (round % 5 > 0) await once(victim.torrent as never, 'wire')
      for (let at = 0; at < BATCH && !socket.destroyed; at++) socket.write(anyFrame(random))
      socket.end()
      await closed
      // The tests' own records.
      for (const { trades } of [target, unfinished]) trades.length = 0
      if (round % 200 === 199) {
        const honest = await leecher(made)
        connect(honest, target)
        await done(honest)
        assert.ok(holdsAll(honest, made))
        await leave(honest.client)
      }
    }
    connect(unfinished, target)
    await done(unfinished)
    assert.ok(holdsAll(unfinished, made))
    assert.deepEqual(thrown, [])
    assert.ok(seen.reasons.size >= 6, `reasons seen: ${[...seen.reasons.keys()].join(', ')}`)
    assert.equal(seen.reasons.get('threw') ?? 0, 0)
    const after = heapUsed()
    console.log(`      ${seen.frames} frames taken in; heap ${before >> 10} → ${after >> 10} KiB`)
    assert.ok(before === 0 || after - before < GROWTH_MAX, `grew by ${after - before} bytes`)
  }).timeout(60_000 + FRAMES * 10)
})
