// What the provider's word may do wrong: fail, come late, come in the wrong order, or not come at
// all.
import assert from 'node:assert/strict'
import { attachTracker } from '../../../tracker-extension/src/attach/index.ts'
import type {
  AnnounceAsk,
  Attached,
  AnnounceVerdict
} from '../../../tracker-extension/src/attach/index.ts'
import {
  announceHttp,
  binary,
  failureOf,
  infoHash,
  peerId,
  startTracker,
  wsAnnounce,
  WsAsker,
  type Stage
} from '../guard/stage.ts'

describe('attach: deciding on announces', () => {
  let stage: Stage
  let attached: Attached
  let decide: (ask: AnnounceAsk) => AnnounceVerdict | Promise<AnnounceVerdict>

  beforeEach(async () => {
    stage = await startTracker({ udp: false }, (server) => {
      attached = attachTracker(server, {
        api: () => undefined,
        announce: async (ask) => decide(ask)
      })
    })
  })
  afterEach(() => stage.close())

  for (const [title, broken] of [
    ['throws', () => assert.fail('planted')],
    ['rejects', () => Promise.reject(new Error('planted'))],
    ['says nothing', () => undefined as unknown as AnnounceVerdict]
  ] as const) {
    it(`an announce function that ${title} refuses with "internal", and warns`, async () => {
      decide = broken
      assert.equal(failureOf(await announceHttp(stage)), 'internal: internal error')
      const ws = await new WsAsker(stage).open()
      assert.equal((await ws.announce(peerId('w')))['fg code'], 'internal')
      assert.equal(stage.warnings.length, 2)
      assert.equal(attached.guard.held.swarms, 0)
    })
  }

  it('G14: "stopped" does not overtake a slow "started" of the same member', async () => {
    let admit: (() => void) | undefined
    decide = ({ event }) =>
      event === 'started'
        ? new Promise((resolve) => (admit = () => resolve({ admit: true })))
        : { admit: true }
    const asker = await new WsAsker(stage).open()
    const started = asker.announce(peerId('w'))
    asker.say({
      action: 'announce',
      info_hash: binary(infoHash(2)),
      peer_id: binary(peerId('w')),
      event: 'stopped'
    })
    // Another member does not wait for it; its answer shows that both were received.
    const other = await new WsAsker(stage).open()
    await other.announce(peerId('o'), { event: 'update' })
    admit?.()
    assert.equal((await started)['incomplete'], 2)
    assert.equal((await asker.next())['incomplete'], 1)
  })

  it('who left while it was decided on does not join', async () => {
    let admit: (() => void) | undefined
    decide = () => new Promise((resolve) => (admit = () => resolve({ admit: true })))
    const asker = await new WsAsker(stage).open()
    void asker.announce(peerId('w'))
    while (!admit) await new Promise((resolve) => setImmediate(resolve))
    await asker.close()
    admit()
    decide = () => ({ admit: true })
    const other = await new WsAsker(stage).open()
    assert.equal((await other.announce(peerId('o')))['incomplete'], 1)
  })

  for (const guard of [{ pendingMax: 2 }, { pendingPerAddressMax: 2 }]) {
    it(`F65: at most so many announces wait for a decision (${Object.keys(guard)})`, async () => {
      await stage.close()
      const admits: (() => void)[] = []
      const announce = (): Promise<AnnounceVerdict> =>
        new Promise((resolve) => admits.push(() => resolve({ admit: true })))
      stage = await startTracker({ udp: false }, (server) => {
        attachTracker(server, { api: () => undefined, announce, guard })
      })
      const asker = await new WsAsker(stage).open()
      for (const one of ['1', '2']) asker.say(wsAnnounce(peerId(one)))
      const refused = await asker.announce(peerId('3'))
      assert.match(String(refused['failure reason']), /^busy: /)
      for (const admit of admits) admit()
      await asker.next()
      await asker.next()
      const asked = asker.announce(peerId('3'))
      while (admits.length < 3) await new Promise((resolve) => setImmediate(resolve))
      admits[2]?.()
      assert.equal((await asked)['incomplete'], 3)
    })
  }
})
