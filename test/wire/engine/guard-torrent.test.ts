/** The guard around whole torrents: without the engine, and what the engine adds for blocks that nobody asked for. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { guardTorrent } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import { dial, frame } from './strangers.ts'
import { closeAll, connect, content, done, KIB, leecher, seeder } from './swarm.ts'

const BLOCK = 16 * KIB

describe('guard of torrents', () => {
  afterEach(closeAll)

  it('I3: blocks that nobody asked for are not taken, and too many of them end the wire', async () => {
    const made = await content({})
    const member = await leecher(made)
    const { socket, closed } = dial(member)
    await once(member.torrent as never, 'wire')
    const block = frame(7, 0, 0, made.data.subarray(0, BLOCK))
    const blocks = (count: number) => Buffer.concat(Array.from({ length: count }, () => block))
    socket.write(Buffer.concat([blocks(100), frame(2)]))
    const [wire] = member.torrent.wires
    await once(wire as never, 'interested')
    socket.write(blocks(200))
    await closed
    assert.equal(member.torrent.progress, 0)
    assert.deepEqual([...member.trades[0]!.bound], [])
  })

  it('guardTorrent: a stock seeder serves stock leechers, and ends who asks for what is not there', async () => {
    const made = await content({})
    const [honest, member] = [
      await seeder(made, { trade: null }),
      await leecher(made, { trade: null })
    ]
    const told: string[] = []
    for (const { torrent } of [honest, member])
      guardTorrent(torrent, (_wire, why) => told.push(why))
    const { socket, closed } = dial(honest)
    await once(honest.torrent as never, 'wire')
    socket.write(frame(6, -1, 0, BLOCK))
    await closed
    assert.deepEqual(told, ['odd-index'])
    connect(member, honest)
    await done(member)
    assert.equal(told.length, 1)
  })
})
