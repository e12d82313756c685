/**
 * Random and mutated frames on real wires, while honest peers trade. FLOODGATE_FRAMES sets how many (default 20,000),
 * FLOODGATE_SEED repeats a run.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { dial, extended, frame } from './strangers.ts'
import { closeAll, connect, content, done, holdsAll, KIB, leecher, MIB, seeder } from './swarm.ts'

const frames = Number(process.env['FLOODGATE_FRAMES'] ?? 20_000)
const seed = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
/** A wire ends at its first odd frame, so a longer batch would be sent for nothing. */
const BATCH = 10

let state = seed
const random = (below: number) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}
const oneOf = <T>(items: readonly T[]): T => items[random(items.length)]!
const bytes = (length: number) => Uint8Array.from({ length }, () => random(256))
const word = () =>
  oneOf([0, 1, 5, 15, 16, 16 * KIB, 48 * KIB, -1, -2, 2 ** 31 - 2, random(2 ** 31)])

const dictionaries = [
  'd1:md11:ut_metadatai1e7:pretendi2e11:lt_donthavei3ee13:metadata_sizei700ee',
  'd8:msg_typei0e5:piecei0ee',
  'd8:msg_typei1e5:piecei0e10:total_sizei700ee',
  'd8:msg_typei2e5:piecei0ee',
  'l-3:',
  'd-3:',
  'de',
  'le',
  '',
  'i5e'
]

/** A frame that may be right, wrong in one place, or noise. */
function anyFrame(): Uint8Array {
  const made = oneOf([
    () => frame(oneOf([0, 1, 2, 3, 14, 15])),
    () => frame(oneOf([4, 13, 17]), random(16)),
    () => frame(oneOf([4, 13, 17]), word()),
    () => frame(oneOf([6, 8]), random(16), 16 * KIB * random(4), 16 * KIB),
    () => frame(5, bytes(oneOf([0, 1, 2, 2, 3, 100]))),
    () => frame(oneOf([6, 8, 16]), word(), word(), oneOf([16 * KIB, word()])),
    () => frame(7, word(), word(), bytes(oneOf([0, 1, 16 * KIB]))),
    () => frame(random(256), bytes(random(40))),
    () => extended(random(6), oneOf(dictionaries)),
    () => extended(random(6), bytes(random(60))),
    () => bytes(1 + random(30))
  ])()
  if (random(3) === 0) made[random(made.length)] = random(256)
  return made
}

describe(`fuzz: ${frames} frames on real wires (FLOODGATE_SEED=${seed})`, () => {
  const thrown: unknown[] = []
  const note = (error: unknown) => thrown.push(error)

  afterEach(async () => {
    process.off('unhandledRejection', note)
    await closeAll()
  })

  it('nothing throws into the host, nothing hangs, and honest traffic flows', async () => {
    process.on('unhandledRejection', note)
    const made = await content({ bytes: MIB })
    const reasons = new Map<string, number>()
    const engine = {
      refused: (_wire: unknown, why: string) => reasons.set(why, (reasons.get(why) ?? 0) + 1)
    }
    const target = await seeder(made, { trade: { engine } })
    const unfinished = await leecher(made, { trade: { engine } })
    let sent = 0
    for (let round = 0; sent < frames; round++) {
      const victim = oneOf([target, unfinished])
      const { socket, closed } = dial(victim)
      // Some come in one segment with the handshake, before the wire is shown to anyone.
      if (round % 5 > 0) await once(victim.torrent as never, 'wire')
      for (let at = 0; at < BATCH && !socket.destroyed; at++, sent++) socket.write(anyFrame())
      socket.end()
      await closed
      if (round % 200 === 199) {
        const honest = await leecher(made)
        connect(honest, target)
        await done(honest)
        assert.ok(holdsAll(honest, made))
        await new Promise((resolve) => honest.client.destroy(resolve))
      }
    }
    connect(unfinished, target)
    await done(unfinished)
    assert.ok(holdsAll(unfinished, made))
    assert.deepEqual(thrown, [])
    assert.ok(reasons.size >= 6, `reasons seen: ${[...reasons.keys()].join(', ')}`)
    assert.equal(reasons.get('threw') ?? 0, 0)
  }).timeout(60_000 + frames * 10)
})
