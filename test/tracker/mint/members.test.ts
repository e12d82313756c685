// Who may be a member of a swarm, whom it is shown, and what the operator is told of the risk.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { floodgateTracker, memoryLedger, type RiskJson } from '@floodgate/tracker'
import { expectDocumented } from '../api/documented.ts'
import { readCompact } from '../guard/stage.ts'
import {
  announceHttp,
  announceMessage,
  balanceOf,
  OPERATOR,
  publish,
  readPeerList,
  register,
  startWorld,
  type Trader,
  type World
} from './world.ts'

const PIECES = 10 // of world.ts; at 3 minor units

describe('mint: members of a swarm', () => {
  let world: World
  const ownSeeders = new Set<string>()
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })

  /** A seeder's announce; its code, '' when admitted. */
  async function seed(content: string, who: Trader, port: number, event?: string): Promise<string> {
    const envelope = await announceMessage(world, who, content, { want: 0 })
    return (await announceHttp(world, content, envelope, { port, peer: 's', event })).code
  }
  async function view(content: string, who: Trader): Promise<string[]> {
    const envelope = await announceMessage(world, who, content, { want: 0 })
    const answer = await announceHttp(world, content, envelope)
    return readCompact((await readPeerList(world, answer.fg)).peers)
  }
  async function risk(colluders = ''): Promise<RiskJson> {
    const headers = { authorization: `Bearer ${OPERATOR}` }
    const response = await fetch(`${world.url}/floodgate/v1/operator/risk${colluders}`, { headers })
    await expectDocumented('GET', '/operator/risk', response)
    assert.equal(response.status, 200)
    return (await response.json()) as RiskJson
  }

  it('D15: an account that announces again and again sees the same 50 of 80, another account others', async () => {
    world = await startWorld()
    const content = await publish(world)
    const [seeder, buyer, other] = [
      await register(world),
      await register(world),
      await register(world)
    ]
    for (let port = 1; port <= 80; port++) assert.equal(await seed(content, seeder, port), '')
    const first = await view(content, buyer)
    assert.equal(first.length, fg.PEERS_MAX)
    for (let i = 0; i < 20; i++) assert.deepEqual(await view(content, buyer), first)
    assert.notDeepEqual(await view(content, other), first)
  })

  it('F55: cap: one account has 8 places, and gets them back when it leaves or falls silent', async () => {
    world = await startWorld({ swarmLimit: { mode: 'cap', unpaidMax: 1 } })
    const content = await publish(world, { pieces: 20 })
    const [one, other] = [await register(world), await register(world)]
    for (let port = 1; port <= 8; port++) assert.equal(await seed(content, one, port), '')
    assert.equal(await seed(content, one, 9), 'too-many-requests')
    assert.equal(await seed(content, other, 9), '')
    assert.equal(await seed(content, one, 8), '', 'who is there goes on')
    world.clock.now += 91_000
    assert.equal(await seed(content, one, 10), '')
  })

  it('F55: cap: 10 pieces, n = 4 take 3 members; who is there goes on, the provider’s own seeder always comes in', async () => {
    world = await startWorld({ swarmLimit: { mode: 'cap', unpaidMax: 4 }, ownSeeders })
    const content = await publish(world)
    const [seeder, buyer, own] = [
      await register(world),
      await register(world, 1000n),
      await register(world)
    ]
    ownSeeders.add(own.uidHex)
    for (const port of [1, 2, 3]) assert.equal(await seed(content, seeder, port), '')
    const buying = await announceMessage(world, buyer, content)
    assert.equal((await announceHttp(world, content, buying)).code, 'swarm-full')
    assert.equal(await balanceOf(world, buyer.uidHex), 1000n)
    for (const port of [1, 2, 3]) assert.equal(await seed(content, seeder, port), '')
    assert.equal(await seed(content, own, 4), '')
    assert.equal(await seed(content, seeder, 1, 'stopped'), '')
    assert.equal(await seed(content, seeder, 2, 'stopped'), '')
    const again = await announceMessage(world, buyer, content)
    assert.equal((await announceHttp(world, content, again)).code, '')
    assert.equal(world.tracker.counters.mint.refused['swarm-full'], 1)
  })

  it('F55: cap: strangers to an open content count as well', async () => {
    world = await startWorld({ swarmLimit: { mode: 'cap', unpaidMax: 8 } })
    const open = await publish(world, { open: true })
    const codes = []
    for (const port of [1, 2, 3]) {
      codes.push((await announceHttp(world, open, undefined, { port, peer: 'p' })).code)
    }
    assert.deepEqual(codes, ['', '', 'swarm-full'])
  })

  it('escrow: a swarm of any size is admitted', async () => {
    world = await startWorld()
    const content = await publish(world)
    const seeder = await register(world)
    for (let port = 1; port <= 5; port++) assert.equal(await seed(content, seeder, port), '')
  })

  it('F55, F71: the operator is told limit, loss, gain and cover of every content', async () => {
    world = await startWorld()
    const content = await publish(world)
    const seeder = await register(world)
    for (const port of [1, 2]) await seed(content, seeder, port)
    const { contents, ...limit } = await risk()
    assert.deepEqual(limit, { mode: 'escrow', unpaidMax: 8, colluders: 1, currency: 'EUR' })
    const facts = { infoHash: content, name: 'content', pieces: PIECES, price: '3', members: 2 }
    const bounds = { membersMax: 2, holds: false, sellerLoss: '24' }
    assert.deepEqual(contents, [{ ...facts, ...bounds, gainPieces: 10, gain: '30', covered: '30' }])
    const [three] = (await risk('/3')).contents
    assert.deepEqual([three!.gainPieces, three!.gain, three!.covered], [30, '90', '0'])
    const plain = await fetch(`${world.url}/floodgate/v1/operator/risk`)
    assert.equal(plain.status, 403)
    const headers = { authorization: `Bearer ${OPERATOR}` }
    const bad = await fetch(`${world.url}/floodgate/v1/operator/risk/0`, { headers })
    assert.equal(((await bad.json()) as { error: string }).error, 'bad-request')
  })

  it('wrong options are refused at start', async () => {
    world = await startWorld()
    const options = { ledger: memoryLedger({ currency: 'EUR' }), keys: world.keys }
    for (const swarmLimit of [{ mode: 'soft' }, { unpaidMax: 0 }, { unpaidMax: 1.5 }]) {
      assert.throws(
        () => floodgateTracker({}, { ...options, swarmLimit: swarmLimit as never }),
        (error) => fg.codeOf(error) === 'bad-option'
      )
    }
  })
})
