// A guarded server closes with everything that came through it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { guardTracker, type TrackerGuard } from '../../../tracker-extension/src/guard/index.ts'
import { announceHttp, eventOf, peerId, startTracker, WsAsker } from './stage.ts'

describe('guard: shutdown', () => {
  it('closes with open websockets and announces under way, and leaves nothing', async () => {
    let guard: TrackerGuard | undefined
    let release: (() => void) | undefined
    const stage = await startTracker(
      { filter: (_hash, { type }, done) => (type === 'http' ? (release = done) : done()) },
      (server) => (guard = guardTracker(server))
    )
    const asker = await new WsAsker(stage).open()
    await asker.announce(peerId('w'))
    assert.equal(guard?.held.sockets, 1)
    const announced = announceHttp(stage)
    while (!release)
      await once(stage.server.http as NonNullable<typeof stage.server.http>, 'request')
    const ended = eventOf(asker.socket, 'close')
    const closed = stage.close()
    release()
    await Promise.all([closed, ended, announced])
    assert.deepEqual(guard?.held, { swarms: 0, hosts: 0, sockets: 0 })
  })
})
