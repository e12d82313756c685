// Random messages to a tracker on all three transports, in rounds, with honest askers' turn in between.

import assert from 'node:assert/strict'
import type { TrackerCounters } from '../../../tracker-extension/src/guard/index.ts'
import { heapUsed } from '../../support/heap.ts'
import { FRAMES, type Random } from '../../support/random.ts'
import { httpQuery, udpPacket, wsMessage } from './noise.ts'
import { get, UdpAsker, WsAsker, type Stage } from './stage.ts'

/** So many random messages, then the honest askers' turn. */
const ROUND = 50
/** Websockets that were left open. */
const LEFT_MAX = 20
/** Rounds after which the heap has what it needs. */
const WARM = 100
/** Bytes that a run of any length may leave on the heap. */
const GROWTH_MAX = 16 * 1024 * 1024

export interface FloodOptions {
  random: Random
  counters: Readonly<TrackerCounters>
  /** Info hashes that are announced and scraped, hex. */
  hashes: readonly string[]
  /** A message of another kind, from time to time. */
  another?: () => Promise<unknown>
  /** What honest askers do, and find as it should be. */
  honest: (udp: UdpAsker, connection: Buffer) => Promise<void>
}

/** Floods until the tracker has counted FLOODGATE_FRAMES messages; then the heap is as it was. */
export async function flood(stage: Stage, options: FloodOptions): Promise<void> {
  const { counters, honest } = options
  const udp = new UdpAsker(stage)
  const left: WsAsker[] = []
  let heapBefore = 0
  for (let round = 0; counters.messages < FRAMES; round++) {
    if (round === WARM) heapBefore = heapUsed()
    // An id holds for two minutes.
    const id = await udp.connect()
    left.push(await oneRound(stage, options, id))
    // Some rounds end in the middle.
    while (left.length > options.random.below(LEFT_MAX)) await left.shift()!.close()
    await honest(udp, id)
    // The test's own records.
    stage.warnings.length = stage.events.length = 0
  }
  for (const asker of left) await asker.close()
  await udp.close()
  const heapAfter = heapUsed()
  console.log(
    `      heap ${heapBefore >> 10} → ${heapAfter >> 10} KiB; ${JSON.stringify(counters)}`
  )
  if (heapBefore > 0) assert.ok(heapAfter - heapBefore < GROWTH_MAX)
}

async function oneRound(
  stage: Stage,
  { random, hashes, another }: FloodOptions,
  id: Buffer
): Promise<WsAsker> {
  const ws = await new WsAsker(stage).open()
  const silent = new UdpAsker(stage)
  const answers: Promise<string>[] = []
  const others: Promise<unknown>[] = []
  for (let i = 0; i < ROUND; i++) {
    const transport = random.below(3)
    if (transport === 0) ws.say(wsMessage(random, hashes))
    else if (transport === 2) silent.say(udpPacket(random, hashes, id))
    else if (another && random.below(4) === 0) others.push(another())
    else {
      const forwarded = random.pick(['', '1.2.3.4', 'x', '999.1', '::1', ':'])
      const query = httpQuery(random, hashes)
      if (query.startsWith('/stats')) others.push(get(stage, query))
      else answers.push(get(stage, query, { 'x-forwarded-for': forwarded }))
    }
  }
  for (const answer of await Promise.all(answers)) {
    assert.match(answer, /^d.*(failure reason|5:peers|5:files).*e$/s)
  }
  await Promise.all(others)
  await silent.close()
  return ws
}
