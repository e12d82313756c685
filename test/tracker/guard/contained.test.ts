// Whatever the server, its filter or its host's listeners throw: one failure reason, a warning, and
// on with the next.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type Server from 'bittorrent-tracker/server'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  failureOf,
  get,
  peerId,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker,
  type Stage
} from './stage.ts'

const INTERNAL = 'internal: internal error'

/** What fails, in which place of the server. */
const FAULTS: [title: string, plant: (server: Server) => void][] = [
  ['a filter that throws', (server) => Object.assign(server, { _filter: () => fail('planted') })],
  [
    'a filter whose promise rejects',
    (server) => Object.assign(server, { _filter: async () => fail('planted') })
  ],
  [
    'a swarm that throws',
    (server) => {
      const { Swarm } = server.constructor as unknown as { Swarm: new () => object }
      class Faulty extends Swarm {
        announce(): never {
          return fail('planted')
        }
      }
      Object.defineProperty(server, 'constructor', { value: { Swarm: Faulty } })
    }
  ]
]

describe('guard: exceptions are contained', () => {
  let stage: Stage
  let guard: TrackerGuard
  const open = async (plant: (server: Server) => void): Promise<void> => {
    stage = await startTracker({}, (server) => {
      plant(server)
      guard = guardTracker(server)
    })
  }
  afterEach(() => stage.close())

  for (const [title, plant] of FAULTS) {
    it(`F65: ${title}, over HTTP, websocket and UDP`, async () => {
      await open(plant)
      assert.equal(failureOf(await announceHttp(stage)), INTERNAL)
      const ws = await new WsAsker(stage).open()
      assert.equal((await ws.announce(peerId('w')))['failure reason'], INTERNAL)
      const udp = new UdpAsker(stage)
      const answer = await udp.ask(udpAnnounce(await udp.connect()))
      assert.equal(answer.subarray(8).toString(), INTERNAL)
      await udp.close()
      assert.equal(guard.counters.contained, 3)
      assert.deepEqual(
        stage.warnings.map((text) => /planted$/.test(text)),
        [true, true, true]
      )
      assert.deepEqual(stage.events, [])
    })
  }

  it('F65: a listener of the host that throws does not answer a second time', async () => {
    await open((server) => server.on('start', () => fail('planted')))
    assert.equal(failureOf(await announceHttp(stage, { more: 'event=started' })), undefined)
    const ws = await new WsAsker(stage).open()
    assert.equal((await ws.announce(peerId('w')))['failure reason'], undefined)
    assert.equal(
      (await ws.ask({ action: 'scrape', info_hash: 'x'.repeat(20) }))['action'],
      'scrape'
    )
    assert.equal(guard.counters.contained, 2)
  })

  it('F65: an answer that UDP cannot send is a warning, not an error', async () => {
    await open(() => undefined)
    const from = { address: '127.0.0.1', family: 'IPv4', port: 70_000, size: 16 }
    const packet = Buffer.from('00000417271019800000000000000007', 'hex')
    stage.server.udp?.emit('message', packet, from)
    assert.equal(stage.warnings.length, 1)
    const warned = once(stage.server, 'warning')
    stage.server.udp?.emit('message', packet, { ...from, address: '255.255.255.255', port: 9 })
    await warned
  })

  it('/stats is closed unless asked for', async () => {
    await open(() => undefined)
    assert.equal(await get(stage, '/stats'), '')
    assert.equal(await get(stage, '/stats.json'), '')
    assert.equal(guard.counters.stats, 2)
    assert.equal(guard.counters.messages, 2)
    await stage.close()
    stage = await startTracker({}, (server) => guardTracker(server, { stats: true }))
    assert.match(await get(stage, '/stats.json'), /"torrents":0/)
  })

  it('extra parameters reach the filter when asked for, others do not', async () => {
    const seen: unknown[] = []
    stage = await startTracker(
      {
        filter: (_hash, { passkey, other }, done) => {
          seen.push(passkey, other)
          done()
        }
      },
      (server) => (guard = guardTracker(server, { extraParams: ['passkey'] }))
    )
    await announceHttp(stage, { more: 'passkey=secret&other=x' })
    assert.deepEqual(seen, ['secret', undefined])
  })

  it('options are checked by name and type', () => {
    const server = {}
    for (const options of [{ stat: true }, { stats: 'yes' }, { swarmsMax: -1 }]) {
      assert.throws(() => guardTracker(server, options as object), { code: 'bad-option' })
    }
  })

  it('a server has one guard', async () => {
    await open(() => undefined)
    assert.throws(() => guardTracker(stage.server), { code: 'bad-option' })
  })
})

function fail(text: string): never {
  throw new Error(text)
}
