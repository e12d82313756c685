// Random messages to a whole provider, on all transports and to its API: stock announces of open contents, envelopes and
// bodies that are right, damaged or noise. Honest buyers buy in between. FLOODGATE_FRAMES sets how many messages there are.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { UNLIMITED_RATES } from '@floodgate/tracker'
import { damaged, FRAMES, randomFrom, SEED, type Random } from '../support/random.ts'
import { ROUTES } from '../../tracker-extension/src/api/routes.ts'
import { flood } from './guard/flood.ts'
import { failureOf, announceHttp, udpAnnounce } from './guard/stage.ts'
import * as w from './mint/world.ts'

/** Rounds between two purchases: what is bought stays in the books. */
const BUY_EVERY = 100
/** Purchases of one content: a buyer may have 32 purses of it. */
const BUY_MAX = 30

const MESSAGE_PATHS = ROUTES.filter(({ method }) => method === 'POST').map(({ path }) => path)

describe(`provider: fuzz with ${FRAMES} messages, seed ${SEED}`, () => {
  let world: w.World
  before(async () => {
    const guard = { swarmMembersPerAddressMax: 100_000, messagesPerSecond: Infinity }
    world = await w.startWorld({ guard, rates: UNLIMITED_RATES, settleEveryMs: 0 })
  })
  after(() => world.close())

  it('F65, I1: honest announces are answered and buy in between, and the books balance', async () => {
    const random = randomFrom(SEED)
    const open = [await w.publish(world, { open: true }), await w.publish(world, { open: true })]
    let closed = await w.publish(world)
    const hashes = [...open, closed]
    // Noise fills the places of its own swarms.
    const stock = await w.publish(world, { open: true })
    const [stranger, buyer] = [await w.register(world, 50n), await w.register(world, 10n ** 9n)]
    const { tracker } = world.tracker.counters
    let [rounds, bought] = [0, 0]
    await flood(world.stage, {
      ...{ random, hashes, counters: tracker },
      another: () => anything(world, random, stranger, random.pick(hashes)),
      async honest(udp, connection) {
        const answer = await announceHttp(world.stage, { hash: stock, port: 2 })
        assert.equal(failureOf(answer), undefined)
        const packet = await udp.ask(udpAnnounce(connection, { hash: stock }))
        assert.equal(packet.readUInt32BE(0), 1)
        if (rounds++ % BUY_EVERY > 0) return
        const session = w.crypto.random(32)
        const { purse } = await w.buy(world, buyer, closed, { session, again: 1 })
        assert.equal(purse.count, 10)
        if (++bought % BUY_MAX === 0) closed = await w.publish(world)
      }
    })
    assert.equal(await w.balanceOf(world, buyer.uidHex), 10n ** 9n - 30n * BigInt(bought))
    assert.deepEqual((await world.store.audit()).faults, [])
    assert.equal(tracker.contained, 0)
    assert.deepEqual(world.errors, [])
  }).timeout(20_000 + FRAMES * 6)
})

/** An announce with an envelope, or a body for the API. */
async function anything(
  world: w.World,
  random: Random,
  stranger: w.Trader,
  infoHash: string
): Promise<void> {
  const message = await aMessage(world, random, stranger, infoHash)
  const bytes = random.below(2) === 0 ? message : damaged(random, message)
  if (random.below(2) === 0) {
    await w.announceHttp(world, infoHash, bytes, { port: random.below(70_000) })
    return
  }
  const path = random.pick([...MESSAGE_PATHS, '/x', '/contents/x.torrent']).slice(1)
  const body = random.below(6) > 0 ? bytes : (fg.fromUtf8(bytes) ?? '{}')
  const authorization = random.pick(['', 'Bearer x', `Bearer ${w.OPERATOR}`])
  const response = await w.post(world, path, body, { authorization })
  await response.arrayBuffer()
  assert.ok(response.status !== 500, `${path}: 500`)
}

function aMessage(
  world: w.World,
  random: Random,
  stranger: w.Trader,
  infoHash: string
): Uint8Array | Promise<Uint8Array> {
  const { signer } = stranger
  const when = { time: world.clock.now, expiry: world.clock.now + 600_000 }
  return random.pick([
    () => w.announceMessage(world, stranger, infoHash, { want: random.below(2) }),
    () => signer.sign('accountRequest', { what: random.pick(['', 'account', 'statement']) }, when),
    () => signer.sign('hashRequest', { request: random.bytes(100) }, when),
    () => random.bytes(random.pick([0, 1, 40, 200, 2000])),
    () => fg.utf8(JSON.stringify({ uid: random.pick(['', '0'.repeat(32), 1]), amount: '1' })),
    () =>
      fg.concat(
        Uint8Array.of(random.pick(Object.values(fg.MESSAGES)).id),
        random.bytes(random.below(300))
      )
  ])()
}
