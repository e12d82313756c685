// Whom an announce is shown, on each transport: with the same key the same members again (D15).
import assert from 'node:assert/strict'
import { attachTracker } from '../../../tracker-extension/src/attach/index.ts'
import type {
  AnnounceAsk,
  AnnounceVerdict,
  Attached
} from '../../../tracker-extension/src/attach/index.ts'
import {
  announceHttp,
  failureOf,
  infoHash,
  peerId,
  readCompact,
  startTracker,
  WsAsker,
  wsAnnounce,
  type Stage
} from '../guard/stage.ts'

const viewKey = new Uint8Array(16).fill(7)
const otherKey = new Uint8Array(16).fill(8)

describe('attach: views', () => {
  let stage: Stage
  let attached: Attached
  let asks: AnnounceAsk[]
  let verdict: AnnounceVerdict
  let now: number
  beforeEach(async () => {
    asks = []
    now = 0
    verdict = { admit: true }
    stage = await startTracker({ udp: false }, (server) => {
      const announce = async (ask: AnnounceAsk): Promise<AnnounceVerdict> => {
        asks.push(ask)
        return verdict
      }
      attached = attachTracker(server, {
        api: () => undefined,
        announce,
        guard: { now: () => now }
      })
    })
  })
  afterEach(() => stage.close())

  it('D15: a list follows from its key, whoever asks how often', async () => {
    for (let port = 1; port <= 30; port++) {
      await announceHttp(stage, { peer: peerId(String.fromCharCode(64 + port)), port })
    }
    await announceHttp(stage, { port: 6881, more: 'numwant=5' })
    const ask = asks.at(-1)!
    const list = (key?: Uint8Array): string[] => readCompact(ask.members(key).peers)
    assert.equal(list(viewKey).length, 5)
    for (let i = 0; i < 20; i++) assert.deepEqual(list(viewKey), list(viewKey))
    assert.notDeepEqual(list(viewKey), list(otherKey))
    const drawn = new Set(Array.from({ length: 200 }, () => list()).flat())
    assert.equal(drawn.size, 30)
  })

  it('D15: who missed three of the announces it was told to make is shown to nobody, and let go', async () => {
    await announceHttp(stage, { peer: peerId('S'), port: 1 })
    verdict = { admit: true, intervalSeconds: 30 }
    await announceHttp(stage, { peer: peerId('A'), port: 2 })
    await announceHttp(stage, { peer: peerId('B'), port: 3 })
    now = 80_000
    await announceHttp(stage, { peer: peerId('B'), port: 3 })
    const shown = async (): Promise<number> => {
      await announceHttp(stage, { port: 6881 })
      return readCompact(asks.at(-1)!.members(viewKey).peers).length
    }
    assert.equal(await shown(), 3)
    now = 100_000
    assert.equal(await shown(), 2, 'the stock member, told nothing, and the one that came back')
    attached.guard.sweep()
    assert.deepEqual(attached.swarm(infoHash(1)), { complete: 3, incomplete: 0 })
  })

  it('D15: offers over websockets go to the same members again', async () => {
    const others: WsAsker[] = []
    for (let i = 0; i < 8; i++) {
      const asker = await new WsAsker(stage).open()
      await asker.announce(peerId(String.fromCharCode(65 + i)))
      others.push(asker)
    }
    // Offers reach a socket before what it asks for afterwards.
    const reached = async (): Promise<number[]> => {
      const found: number[] = []
      for (const [number, asker] of others.entries()) {
        const answer = asker.announce(peerId(String.fromCharCode(65 + number)), { offers: [] })
        if ((await answer)['offer'] === undefined) continue
        found.push(number)
        await asker.next()
      }
      return found
    }
    const buyer = await new WsAsker(stage).open()
    const offers = ['one', 'two', 'six'].map((id) => ({
      offer: { type: 'offer', sdp: 'v=0' },
      offer_id: id
    }))
    const offerOnce = async (key: Uint8Array): Promise<number[]> => {
      verdict = { admit: true, viewKey: key }
      await buyer.ask(wsAnnounce(peerId('z'), { offers }))
      verdict = { admit: true }
      return reached()
    }
    const first = await offerOnce(viewKey)
    assert.equal(first.length, 3)
    for (let i = 0; i < 6; i++) assert.deepEqual(await offerOnce(viewKey), first)
    const byOthers = await Promise.resolve(offerOnce(otherKey))
    assert.equal(byOthers.length, 3)
    for (const asker of [...others, buyer]) await asker.close()
  })

  it('F55: a swarm with as many members as it may have takes no new one, at the moment of joining', async () => {
    verdict = { admit: true, membersMax: 2 }
    const join = (letter: string, port: number, event = 'started'): Promise<string> =>
      announceHttp(stage, { peer: peerId(letter), port, more: `event=${event}` })
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((who, i) => join(who, i + 1)))
    const refused = answers.map(failureOf).filter((failure) => failure !== undefined)
    assert.equal(refused.length, 3)
    for (const failure of refused) assert.match(failure, /^swarm-full: /)
    assert.deepEqual(asks.at(-1)!.counts(), { complete: 2, incomplete: 0 })
    const inside = answers.findIndex((answer) => failureOf(answer) === undefined)
    assert.equal(failureOf(await join('abcde'[inside]!, inside + 1, 'completed')), undefined)
    assert.match(failureOf(await join('f', 6)) ?? '', /^swarm-full/)
    assert.equal(failureOf(await join('f', 6, 'stopped')), undefined)
    await join('abcde'[inside]!, inside + 1, 'stopped')
    assert.equal(failureOf(await join('f', 6)), undefined)
    verdict = { admit: true, membersMax: Infinity }
    assert.equal(failureOf(await join('g', 7)), undefined)
    assert.equal(asks.at(-1)!.infoHash, infoHash(1))
  })
})
