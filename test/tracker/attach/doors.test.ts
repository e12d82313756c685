// The contract with the installed bittorrent-tracker: every door of the table is there, and the
// server really goes through it. An upgrade that closes one fails here first.
import assert from 'node:assert/strict'
import Server from 'bittorrent-tracker/server'
import { attachTracker } from '../../../tracker-extension/src/attach/index.ts'
import { checkDoors, DOORS, SWARM_DOORS } from '../../../tracker-extension/src/attach/doors.ts'
import type { TrackerServer } from '../../../tracker-extension/src/attach/server.ts'
import { guardTracker } from '../../../tracker-extension/src/guard/index.ts'
import {
  announceHttp,
  peerId,
  startTracker,
  udpAnnounce,
  UdpAsker,
  WsAsker
} from '../guard/stage.ts'

const answers = { api: () => undefined, announce: async () => ({ admit: true }) as const }

/** The stock functions that a message of each kind must pass, in this order. */
const WALKS: Record<string, string[]> = {
  http: ['onHttpRequest', '_onRequest', '_filter', 'getSwarm', 'createSwarm', 'emit'],
  ws: [
    'onWebSocketConnection',
    '_onWebSocketRequest',
    '_onRequest',
    '_filter',
    'getSwarm',
    'createSwarm',
    'emit',
    '_onWebSocketClose'
  ],
  udp: ['onUdpRequest', '_onRequest', '_filter', 'getSwarm', 'createSwarm', 'udp4.send', 'emit']
}

const SAY: Record<string, (stage: Awaited<ReturnType<typeof startTracker>>) => Promise<void>> = {
  http: async (stage) => void (await announceHttp(stage, { more: 'event=started' })),
  ws: async (stage) => {
    const asker = await new WsAsker(stage).open()
    await asker.announce(peerId('w'))
    await asker.close()
  },
  udp: async (stage) => {
    const asker = new UdpAsker(stage)
    await asker.ask(udpAnnounce(Buffer.from('0000041727101980', 'hex')))
    await asker.close()
  }
}

describe('attach: doors', () => {
  for (const [transport, walk] of Object.entries(WALKS)) {
    it(`the stock server takes an announce over ${transport} through ${walk.join(', ')}`, async () => {
      const passed: string[] = []
      const filter = (_hash: string, _params: object, done: () => void): void => done()
      const stage = await startTracker({ filter }, (server) => spy(server, walk, passed))
      passed.length = 0
      await SAY[transport]?.(stage)
      // Again and again is fine; the first time counts.
      assert.deepEqual([...new Set(passed)], walk)
      await stage.close()
    })
  }

  it('the stock websocket is dressed as we know it', async () => {
    const stage = await startTracker({}, () => undefined)
    const connected = new Promise<Record<string, unknown>>((resolve) => {
      stage.server.ws?.once('connection', resolve)
    })
    const asker = await new WsAsker(stage).open()
    const socket = await connected
    assert.ok((socket['upgradeReq'] as { socket: object }).socket)
    await asker.announce(peerId('w'))
    assert.equal(socket['peerId'], peerId('w'))
    for (const name of ['onSend', 'send', 'ping', 'terminate']) {
      assert.equal(typeof socket[name], 'function', name)
    }
    assert.equal(socket['readyState'], 1)
    assert.equal(socket['bufferedAmount'], 0)
    await asker.close()
    await stage.close()
  })

  for (const { door } of DOORS.filter((row) => row.is !== 'optional')) {
    it(`tracker-door-closed names "${door}"`, () => {
      const server = new Server({})
      const { owner, name } = find(server, door)
      const before = Object.getOwnPropertyDescriptor(owner, name)
      Object.defineProperty(owner, name, { value: undefined, configurable: true })
      try {
        for (const install of [guardTracker, (it: object) => attachTracker(it, answers)]) {
          assert.throws(() => install(server), { code: 'tracker-door-closed', door })
        }
      } finally {
        if (before) Object.defineProperty(owner, name, before)
        else delete owner[name]
      }
    })
  }

  for (const { door } of SWARM_DOORS) {
    it(`tracker-door-closed names "${door}" of a swarm`, () => {
      const server = new Server({ udp: false })
      const { Swarm } = server.constructor as unknown as { Swarm: new (...a: unknown[]) => object }
      const path = door.split('.')
      class Changed extends Swarm {
        constructor(...values: unknown[]) {
          super(...values)
          const owner = path.length > 1 ? (this as unknown as { peers: object }).peers : this
          Object.defineProperty(owner, path.at(-1) as string, { value: undefined })
        }
      }
      Object.defineProperty(server, 'constructor', { value: { Swarm: Changed } })
      assert.throws(() => guardTracker(server), { code: 'tracker-door-closed', door })
    })
  }

  it('an object of another shape is refused', () => {
    assert.throws(() => guardTracker({}), { code: 'tracker-door-closed', door: '_onRequest' })
  })

  it('a server without some transports has no doors for them', () => {
    for (const options of [
      { udp: false },
      { ws: false },
      { udp: false, ws: false, stats: false }
    ]) {
      checkDoors(new Server(options) as unknown as TrackerServer)
    }
  })
})

/** Who holds the last name of a path. */
function find(from: object, path: string): { owner: Record<string, unknown>; name: string } {
  const names = path.split('.')
  const name = names.pop() as string
  let owner = from as Record<string, unknown>
  for (const step of names) owner = owner[step] as Record<string, unknown>
  return { owner, name }
}

function spy(server: object, walk: string[], passed: string[]): void {
  for (const door of walk) {
    const { owner, name } = find(server, door)
    const stock = owner[name] as (...values: unknown[]) => unknown
    owner[name] = function (this: unknown, ...values: unknown[]) {
      if (name !== 'emit' || values[0] === 'start') passed.push(door)
      return stock.apply(this, values)
    }
  }
}
