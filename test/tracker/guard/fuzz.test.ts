// Random messages on all transports, with an honest client in between that must be served all
// along. FLOODGATE_FRAMES sets how many (default 5,000); the seed is printed and may be given as
// FLOODGATE_SEED.
import assert from 'node:assert/strict'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import { httpQuery, randomFrom, udpPacket, wsMessage, type Random } from './noise.ts'
import {
  announceHttp,
  binary,
  failureOf,
  get,
  infoHash,
  peerId,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from './stage.ts'

const frames = Number(process.env['FLOODGATE_FRAMES'] ?? 5000)
const seed = Number(process.env['FLOODGATE_SEED'] ?? Date.now() % 2 ** 31)
// So many random messages, then the honest clients' turn.
const ROUND = 50

describe(`guard: fuzz with ${frames} messages, seed ${seed}`, () => {
  let stage: Stage
  let guard: TrackerGuard

  before(async () => {
    stage = await startTracker({ trustProxy: true }, (server) => {
      guard = guardTracker(server, { swarmMembersPerAddressMax: 100_000 })
    })
  })
  after(() => stage.close())

  it('F65: honest announces are answered in between, and nothing is left', async () => {
    const random = randomFrom(seed)
    const honest = await new WsAsker(stage).open()
    const udp = new UdpAsker(stage)
    const id = await udp.connect()
    for (let done = 0; done < frames; done += ROUND) {
      await oneRound(stage, random, id)
      const answer = await honest.announce(peerId('h'), { info_hash: binary(infoHash(0xee)) })
      assert.equal(answer['failure reason'], undefined)
      const http = await announceHttp(stage, { hash: infoHash(0xee), peer: peerId('i'), port: 2 })
      assert.equal(failureOf(http), undefined)
      const packet = await udp.ask(udpAnnounce(id, { hash: infoHash(0xee) }))
      assert.equal(packet.readUInt32BE(0), 1)
    }
    await honest.close()
    await udp.close()
    const { messages, announces, answers, scrapes, connects, apiRequests, stats, unreadable } =
      guard.counters
    const kinds = announces + answers + scrapes + connects + apiRequests + stats + unreadable
    assert.equal(messages, kinds)
    assert.ok(announces > frames / 10 && scrapes > frames / 100 && unreadable > frames / 100)
    // What was thrown came from inside the server; nothing random may get that far.
    assert.equal(guard.counters.contained, 0, stage.warnings.join('\n'))
  }).timeout(20_000 + frames * 4)
})

async function oneRound(stage: Stage, random: Random, id: Buffer): Promise<void> {
  const ws = await new WsAsker(stage).open()
  const answers: Promise<string>[] = []
  const silent = new UdpAsker(stage)
  for (let i = 0; i < ROUND; i++) {
    const transport = random.below(3)
    if (transport === 0) ws.say(wsMessage(random))
    else if (transport === 1) {
      const forwarded = random.pick(['', '1.2.3.4', 'x', '999.1', '::1', ':'])
      const query = httpQuery(random)
      if (!query.startsWith('/stats')) {
        answers.push(get(stage, query, { 'x-forwarded-for': forwarded }))
      }
    } else silent.say(udpPacket(random, id))
  }
  for (const answer of await Promise.all(answers)) {
    assert.match(answer, /^d.*(failure reason|5:peers|5:files).*e$/s)
  }
  // Some rounds end in the middle.
  if (random.below(2) === 0) await ws.close()
  await silent.close()
}
