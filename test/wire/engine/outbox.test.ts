// What a wire sends in one turn reaches the socket as one write, also what waited behind a full socket.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import type Wire from 'bittorrent-protocol'
import type { WireDoors } from '../../../plugins/floodgate-wire/src/engine/doors.ts'
import { Outbox } from '../../../plugins/floodgate-wire/src/engine/outbox.ts'

const HEADER = new Uint8Array(13)
const BLOCK = new Uint8Array(16_384)

describe('outbox', () => {
  /** Chunks in each write that reached the socket. */
  let writes: number[]
  let done: (() => void) | undefined
  let conn: Writable & { setNoDelay(): void }
  let wire: Wire & WireDoors
  beforeEach(() => {
    writes = []
    const take = (chunks: number, callback: () => void) => {
      writes.push(chunks)
      done = callback
    }
    const socket = new Writable({
      highWaterMark: BLOCK.length,
      write: (_chunk, _encoding, callback) => take(1, callback),
      writev: (chunks, callback) => take(chunks.length, callback)
    })
    conn = Object.assign(socket, { setNoDelay: () => undefined })
    const push = (chunk: Uint8Array) => conn.write(chunk)
    // All that an outbox uses of a wire.
    wire = { push, _readableState: { buffered: 0 } } as unknown as Wire & WireDoors
  })

  it('joins small messages, and sends a turn’s headers and blocks in one write', async () => {
    assert.equal(new Outbox(wire, conn).backlog, 0)
    for (let i = 0; i < 3; i++) wire.push(HEADER)
    await turn()
    await turn()
    assert.deepEqual(writes, [1])
    done!()
    for (let i = 0; i < 4; i++) {
      wire.push(HEADER)
      wire.push(BLOCK)
    }
    await turn()
    await turn()
    assert.deepEqual(writes, [1, 8])
  })

  it('what goes on after a drain is one write as well', async () => {
    // As a pipe does, which was there before us.
    conn.on('drain', () => {
      for (let i = 0; i < 4; i++) {
        conn.write(HEADER)
        conn.write(BLOCK)
      }
    })
    assert.equal(new Outbox(wire, conn).backlog, 0)
    wire.push(BLOCK)
    wire.push(BLOCK)
    await turn()
    await turn()
    assert.deepEqual(writes, [2])
    const drained = once(conn, 'drain')
    done!()
    await drained
    await turn()
    await turn()
    assert.deepEqual(writes, [2, 8])
  })
})
