/** The guard: what a stranger sends ends that one wire, for the reason given, and nothing else. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fc from 'fast-check'
import { guardMetadata, guardWire } from '../../../plugins/floodgate-wire/src/engine/index.ts'
import { readLoose } from '../../../plugins/floodgate-wire/src/engine/loose-bencode.ts'
import { dial, extended, frame } from './strangers.ts'
import { closeAll, connect, content, done, KIB, leecher, newClient, seeder } from './swarm.ts'

const BLOCK = 16 * KIB
const metadata = 'd1:md11:ut_metadatai1e10:pretendfooi9ee13:metadata_sizei900ee'

describe('guard', () => {
  afterEach(closeAll)

  const table: [reason: string, name: string, ...frames: Uint8Array[]][] = [
    ['frame-too-long', 'a frame of 64 MB', Buffer.from([4, 0, 0, 0])],
    ['frame-too-long', 'a length of −1', Buffer.from([255, 255, 255, 255])],
    ['odd-length', 'choke with a tail', frame(0, 'x')],
    ['odd-length', 'have of two bytes', frame(4, 'xx')],
    ['odd-length', 'a truncated request', frame(6, 1, 0)],
    ['odd-index', 'have 2^31 − 2', frame(4, 2 ** 31 - 2)],
    ['odd-index', 'have −1', frame(4, -1)],
    ['odd-index', 'have one past the end', frame(4, 16)],
    ['odd-bitfield', 'a bitfield too long', frame(5, new Uint8Array(3))],
    ['odd-bitfield', 'an empty bitfield', frame(5)],
    [
      'too-many-bitfields',
      'more bitfields than there are pieces',
      ...Array.from({ length: 4 + 16 + 1 }, () => frame(5, new Uint8Array(2)))
    ],
    ['odd-index', 'a request for −1', frame(6, -1, 0, BLOCK)],
    ['odd-block-length', 'a request of length 0', frame(6, 0, 0, 0)],
    ['odd-block-length', 'a request of length −1', frame(6, 0, 0, -1)],
    ['odd-block-length', 'a request of a megabyte', frame(6, 0, 0, 1 << 20)],
    ['odd-offset', 'a request at offset −1', frame(6, 0, -1, BLOCK)],
    ['odd-offset', 'a request past the end of the piece', frame(6, 0, 3 * BLOCK + 1, BLOCK)],
    ['odd-index', 'a piece nobody has', frame(7, 99, 0, new Uint8Array(BLOCK))],
    [
      'odd-offset',
      'a block past the end of its piece',
      frame(7, 0, 4 * BLOCK, new Uint8Array(BLOCK))
    ],
    ['odd-length', 'a piece message without a block', frame(7, 0, 0)],
    ['odd-index', 'allowed fast for −2', frame(17, -2)],
    ['odd-length', 'an extension message without id', frame(20)],
    ['odd-handshake', 'a handshake that is a list', extended(0, 'le')],
    ['odd-handshake', 'a handshake that never ends in npm bencode', extended(0, 'd1:ml-3:')],
    [
      'odd-handshake',
      'a handshake nested 2,000 deep',
      extended(0, 'l'.repeat(2000) + 'e'.repeat(2000))
    ],
    ['odd-handshake', 'names that are no dictionary', extended(0, 'd1:mi1ee')],
    ['odd-handshake', 'an id that is a list', extended(0, 'd1:md1:aleee')],
    ['odd-handshake', 'an id of 256', extended(0, 'd1:md1:ai256eee')],
    ['odd-handshake', 'a metadata size of −1', extended(0, 'd13:metadata_sizei-1ee')],
    ['odd-handshake', 'a metadata size of 1 GB', extended(0, 'd13:metadata_sizei1000000000ee')],
    [
      'handshake-changed',
      'another id for a name',
      extended(0, 'd1:md1:ai1eee'),
      extended(0, 'd1:md1:ai2eee')
    ],
    [
      'too-many-handshakes',
      'five handshakes',
      ...Array.from({ length: 5 }, () => extended(0, 'de'))
    ],
    [
      'metadata-before-handshake',
      'ut_metadata before the handshake',
      extended(1, 'd8:msg_typei0e5:piecei0ee')
    ],
    ['odd-metadata', 'ut_metadata without payload', extended(0, metadata), extended(1, '')],
    [
      'odd-metadata',
      'ut_metadata of a type that is text',
      extended(0, metadata),
      extended(1, 'd8:msg_type1:0e')
    ],
    [
      'odd-metadata',
      'metadata for piece −1',
      extended(0, metadata),
      extended(1, 'd8:msg_typei1e5:piecei-1eex')
    ],
    [
      'odd-metadata',
      'metadata of an odd length',
      extended(0, metadata),
      extended(1, 'd8:msg_typei1e5:piecei0eex')
    ],
    [
      'odd-metadata',
      'a metadata request with a tail',
      extended(0, metadata),
      extended(1, 'd8:msg_typei0e5:piecei0eex')
    ],
    [
      'metadata-before-handshake',
      'metadata without a size',
      extended(0, 'd1:md11:ut_metadatai1eee'),
      extended(1, 'd8:msg_typei1e5:piecei0eex')
    ],
    ['odd-index', 'donthave past the end', extended(2, Uint8Array.of(255, 255, 255, 255))]
  ]
  for (const [reason, name, ...frames] of table) {
    it(`${reason}: ${name}`, async () => {
      const made = await content({})
      let told = ''
      const member = await leecher(made, {
        trade: { engine: { refused: (_wire, why) => (told = why) } }
      })
      const { socket, closed } = dial(member)
      await once(member.torrent as never, 'wire')
      socket.write(Buffer.concat(frames))
      await closed
      assert.equal(told, reason)
    })
  }

  for (const [name, early] of [
    ['an extended handshake that never ends in npm bencode', extended(0, 'd1:ml-3:')],
    ['a frame of 64 MB', Buffer.from([4, 0, 0, 0])]
  ] as const) {
    it(`ends a wire before it is shown to anyone: in one segment with the handshake, ${name}`, async () => {
      const member = await leecher(await content({}))
      const { closed } = dial(member, early)
      await closed
      assert.equal(member.torrent.done, false)
    })
  }

  it('contains what the host throws in an extension: the wire ends, with the error', async () => {
    const made = await content({})
    const told: unknown[] = []
    const member = await leecher(made, {
      trade: {
        engine: { refused: (_wire, why, error) => told.push(why, (error as Error).message) }
      }
    })
    member.torrent.on('wire', (wire) => {
      wire.on('interested', () => {
        throw new Error('host')
      })
    })
    const { socket, closed } = dial(member)
    await once(member.torrent as never, 'wire')
    socket.write(frame(2))
    await closed
    assert.deepEqual(told, ['threw', 'host'])
  })

  it('guards a wire of a client without the engine, too', async () => {
    const made = await content({})
    const member = await leecher(made, { trade: null })
    const told: string[] = []
    member.torrent.on('wire', (wire) => guardWire(wire, { refused: (why) => told.push(why) }))
    const honest = await seeder(made, { trade: null })
    connect(member, honest)
    await done(member)
    const { socket, closed } = dial(member)
    await once(member.torrent as never, 'wire')
    socket.write(frame(4, -1))
    await closed
    assert.deepEqual(told, ['odd-index'])
  })

  it('a wire that asks but does not read is ended before it fills the memory', async () => {
    const made = await content({})
    const told: string[] = []
    const member = await seeder(made, {
      trade: { engine: { refused: (_wire, why) => told.push(why) } }
    })
    const { socket, closed } = dial(member)
    socket.pause()
    await once(member.torrent as never, 'wire')
    const asks = Buffer.concat(Array.from({ length: 1000 }, () => frame(6, 1, 0, BLOCK)))
    const more = () => socket.destroyed || socket.write(asks, more)
    more()
    const [wire] = member.torrent.wires
    await once(wire as never, 'close')
    socket.destroy()
    await closed
    assert.match(told[0]!, /requests-while-choked|does-not-read/)
  })
})

describe('guard of metadata', () => {
  afterEach(closeAll)

  const magnet = async (infoHash: string, watch: boolean) => {
    const client = newClient()
    let swapped: string | null = null
    const torrent = client.add(`magnet:?xt=urn:btih:${infoHash}`, {
      store: undefined,
      storeCacheSlots: 0
    })
    torrent.on('wire', (wire) => guardWire(wire, { infoHash }))
    if (watch) guardMetadata(torrent, infoHash, (found) => (swapped = found))
    await once(torrent as never, 'infoHash')
    if (!client.listening) await once(client as never, 'listening')
    return { client, torrent, port: client.torrentPort, swapped: () => swapped }
  }

  const serveMetadata = (socket: { write(bytes: Uint8Array): unknown }, info: Uint8Array) => {
    socket.write(extended(0, `d1:md11:ut_metadatai1ee13:metadata_sizei${info.length}ee`))
    socket.write(extended(1, Buffer.concat([Buffer.from('d8:msg_typei1e5:piecei0ee'), info])))
  }

  it('a peer that dials in cannot swap a magnet for another torrent', async () => {
    const [wanted, other] = [await content({}), await content({})]
    const infoOf = (file: Uint8Array) => {
      const from = Buffer.from(file).indexOf('4:info') + 6
      return file.subarray(from, readLoose(file, from)!.end)
    }
    const infoHash = (await seeder(wanted)).torrent.infoHash
    const target = await magnet(infoHash, true)
    const { socket } = dial({ port: target.port, torrent: target.torrent } as never)
    const [wire] = await once(target.torrent as never, 'wire')
    serveMetadata(socket, infoOf(other.torrentFile))
    const again = dial({ port: target.port, torrent: target.torrent } as never)
    await once(target.torrent as never, 'wire')
    const arrived = once(target.torrent as never, 'metadata')
    serveMetadata(again.socket, infoOf(wanted.torrentFile))
    await arrived
    assert.equal(target.torrent.infoHash, infoHash)
    assert.equal(target.swapped(), null)
    assert.ok(wire)
    socket.destroy()
    again.socket.destroy()
  })

  it('a torrent that changed its info hash all the same is destroyed', async () => {
    const made = await content({})
    const member = await seeder(made)
    const found: string[] = []
    guardMetadata(member.torrent, '0'.repeat(40), (infoHash) => found.push(infoHash))
    assert.ok(member.torrent.destroyed)
    assert.equal(found.length, 1)
  })
})

describe('loose bencode', () => {
  it('reads what clients write, to its end', () => {
    const read = readLoose(Buffer.from('d1:ai-5e1:bl2:xxi0eee123'))
    assert.equal(read?.end, 21)
    assert.deepEqual([...(read?.value as Map<string, unknown>).keys()], ['a', 'b'])
  })

  for (const odd of [
    '',
    'd',
    'l',
    'i',
    'ie',
    'i-e',
    'l-3:',
    'd-3:',
    '5:abc',
    '99999999999999999:',
    'di1e1:ae',
    'd1:a',
    '-1:',
    'x'
  ]) {
    it(`refuses ${JSON.stringify(odd)}`, () => assert.equal(readLoose(Buffer.from(odd)), null))
  }

  it('ends on any input, and never reads past its end', () => {
    const letters = fc.constantFrom('d', 'l', 'i', 'e', '0', '1', '3', ':', '-', 'a')
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 40 }), (input) => {
        const bytes = Buffer.from(input.join(''))
        const read = readLoose(bytes)
        assert.ok(read === null || read.end <= bytes.length)
      }),
      { numRuns: 2000 }
    )
  })
})
