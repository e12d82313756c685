// Random messages on all transports, with an honest client in between that must be served all
// along. FLOODGATE_FRAMES sets how many; the seed is printed and may be given as FLOODGATE_SEED.
import assert from 'node:assert/strict'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import { FRAMES, randomFrom, SEED } from '../../support/random.ts'
import { flood } from './flood.ts'
import {
  announceHttp,
  binary,
  failureOf,
  infoHash,
  peerId,
  startTracker,
  udpAnnounce,
  WsAsker,
  type Stage
} from './stage.ts'

describe(`guard: fuzz with ${FRAMES} messages, seed ${SEED}`, () => {
  let stage: Stage
  let guard: TrackerGuard

  before(async () => {
    stage = await startTracker({ trustProxy: true }, (server) => {
      guard = guardTracker(server, {
        swarmMembersPerAddressMax: 100_000,
        messagesPerSecond: Infinity
      })
    })
  })
  after(() => stage.close())

  it('F65: honest announces are answered in between, and nothing is left', async () => {
    const hash = infoHash(0xee)
    const ws = await new WsAsker(stage).open()
    await flood(stage, {
      random: randomFrom(SEED),
      counters: guard.counters,
      hashes: [1, 2, 3].map(infoHash),
      async honest(udp, connection) {
        const answer = await ws.announce(peerId('h'), { info_hash: binary(hash) })
        assert.equal(answer['failure reason'], undefined)
        const http = await announceHttp(stage, { hash, peer: peerId('i'), port: 2 })
        assert.equal(failureOf(http), undefined)
        const packet = await udp.ask(udpAnnounce(connection, { hash }))
        assert.equal(packet.readUInt32BE(0), 1)
        // What was thrown came from inside the server; nothing random may get that far.
        assert.equal(guard.counters.contained, 0, stage.warnings.join('\n'))
      }
    })
    await ws.close()
    const { messages, announces, answers, scrapes, connects, apiRequests, stats, unreadable } =
      guard.counters
    const kinds = announces + answers + scrapes + connects + apiRequests + stats + unreadable
    assert.equal(messages, kinds)
    assert.ok(announces > FRAMES / 10 && scrapes > FRAMES / 100 && unreadable > FRAMES / 100)
  }).timeout(20_000 + FRAMES * 4)
})
