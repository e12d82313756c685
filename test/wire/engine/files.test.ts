/** Pieces from disk to disk: what is read past WebTorrent's caches and written from memory that is used again is what was sold. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import FSChunkStore from 'fs-chunk-store'
import type { ChunkStore, Torrent } from 'webtorrent'
import { filesOf, readPiece } from '../../../plugins/floodgate-wire/src/engine/files.ts'
import { pretend } from './pretend-trade.ts'
import {
  closeAll,
  connect,
  content,
  done,
  holdsAll,
  KIB,
  leecher,
  newClient,
  seeder
} from './swarm.ts'
import type { Content } from './swarm.ts'

/** Three files: most pieces lie in one, two lie across files, the last is short. */
const LENGTHS = [1000 * KIB, 700 * KIB + 1, 900 * KIB]
const PIECES = 41

let folder = ''

/** Acknowledges at once, keeps what it was given, and has other bytes in its files. */
class WriteBehind implements ChunkStore {
  readonly store: ChunkStore
  readonly chunkLength: number
  readonly #kept = new Map<number, Uint8Array>()

  constructor(chunkLength: number, options: object) {
    this.store = new FSChunkStore(chunkLength, options)
    this.chunkLength = chunkLength
  }

  put(...[index, chunk, done]: Parameters<ChunkStore['put']>): void {
    this.#kept.set(index, chunk)
    queueMicrotask(() => done(null))
    const other = chunk.map((byte) => byte ^ 255)
    this.store.put(index, other, () => undefined)
  }

  get(...[index, options, done]: Parameters<ChunkStore['get']>): void {
    // Of abstract-chunk-store: options may be left out.
    const answer = typeof options === 'function' ? (options as typeof done) : done
    const chunk = this.#kept.get(index)
    queueMicrotask(() => (chunk ? answer(null, chunk.slice()) : answer(new Error('missing'))))
  }

  close(done?: () => void): void {
    this.store.close(done)
  }

  destroy(done?: () => void): void {
    this.store.destroy(done)
  }
}

/** A member that keeps its content where people do. Counts the buffers that its store is given. */
async function onDisk(
  { torrentFile }: Content,
  name: string
): Promise<{ torrent: Torrent; port: number; given: Set<ArrayBufferLike> }> {
  const client = newClient()
  client.once('add', (torrent) => void pretend(torrent))
  const torrent = client.add(torrentFile, { path: join(folder, name) })
  await once(torrent as never, 'ready')
  const given = new Set<ArrayBufferLike>()
  const put = torrent.store.put.bind(torrent.store)
  torrent.store.put = (index, bytes, stored) => {
    given.add(bytes.buffer)
    put(index, bytes, stored)
  }
  return { torrent, port: client.torrentPort, given }
}

const fileOf = (name: string, at: number): string => join(folder, name, 'content', `file${at}`)

async function lay({ data }: Content, name: string): Promise<void> {
  await mkdir(join(folder, name, 'content'), { recursive: true })
  let from = 0
  for (const [at, length] of LENGTHS.entries()) {
    await writeFile(fileOf(name, at), data.subarray(from, (from += length)))
  }
}

const piece = (torrent: Torrent, index: number): Promise<Uint8Array> =>
  new Promise((resolve, reject) =>
    readPiece(torrent, index, (error, bytes) => (bytes ? resolve(bytes) : reject(error!)))
  )

describe('engine: pieces on disk', () => {
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'floodgate-files-'))))
  afterEach(async () => {
    await closeAll()
    await rm(folder, { recursive: true })
  })

  it('F22: arrive whole, from few buffers, also those that lie across files', async () => {
    const made = await content({ files: LENGTHS, pieceLength: 64 * KIB })
    await lay(made, 'seller')
    const seller = await onDisk(made, 'seller')
    const buyer = await onDisk(made, 'buyer')
    assert.equal(buyer.torrent.pieces.length, PIECES)
    buyer.torrent.addPeer(`127.0.0.1:${seller.port}`)
    await once(buyer.torrent as never, 'done')
    const files = await Promise.all(LENGTHS.map((_, at) => readFile(fileOf('buyer', at))))
    assert.ok(Buffer.concat(files).equals(made.data))
    assert.ok(buyer.given.size < PIECES / 2, `${buyer.given.size} buffers for ${PIECES} pieces`)
  })

  it('are read as they lie in their files', async () => {
    const made = await content({ files: LENGTHS, pieceLength: 64 * KIB })
    await lay(made, 'seller')
    const { torrent } = await onDisk(made, 'seller')
    const read = await Promise.all(Array.from({ length: PIECES }, (_, at) => piece(torrent, at)))
    assert.ok(Buffer.concat(read).equals(made.data))
  })

  it('that are gone are an error, not another piece', async () => {
    const made = await content({ files: LENGTHS, pieceLength: 64 * KIB })
    await lay(made, 'seller')
    const { torrent } = await onDisk(made, 'seller')
    await truncate(fileOf('seller', 0), 100 * KIB)
    assert.equal((await piece(torrent, 0)).length, 64 * KIB)
    await assert.rejects(piece(torrent, 1))
    await assert.rejects(piece(torrent, PIECES))
  })

  for (const [how, options] of [
    ['named', { store: WriteBehind }],
    ['named, without a cache', { store: WriteBehind, storeCacheSlots: 0 }],
    ['made before', { preloaded: true, storeCacheSlots: 0 }]
  ] as const) {
    it(`are a wrapping store's own matter, that is ${how}: it may keep what it is given, and write other bytes`, async () => {
      const made = await content({ bytes: 2048 * KIB, pieceLength: 64 * KIB })
      const one = await seeder(made)
      const client = newClient()
      client.once('add', (torrent) => void pretend(torrent))
      const { preloaded, ...more } = { preloaded: false, ...options }
      const files = [{ path: 'film', length: made.data.length, offset: 0 }]
      const own = new WriteBehind(64 * KIB, { path: folder, files, length: made.data.length })
      const store = preloaded ? { preloadedStore: own } : {}
      const torrent = client.add(made.torrentFile, { path: folder, ...more, ...store })
      await once(torrent as never, 'ready')
      assert.equal(filesOf(torrent), null)
      torrent.addPeer(`127.0.0.1:${one.port}`)
      await once(torrent as never, 'done')
      const read = await Promise.all(Array.from({ length: 32 }, (_, at) => piece(torrent, at)))
      assert.ok(Buffer.concat(read).equals(made.data))
    })
  }

  it('are left to a store that does not say where they lie', async () => {
    const { torrent } = await onDisk(await content({ bytes: 1000 }), 'upgraded')
    Reflect.set(filesOf(torrent)!, 'chunkMap', undefined)
    assert.equal(filesOf(torrent), null)
  })

  it('leave a store of another kind its buffers', async () => {
    const made = await content({ bytes: 1024 * KIB, pieceLength: 64 * KIB })
    const [one, other] = [await seeder(made), await leecher(made)]
    assert.equal(filesOf(other.torrent), null)
    connect(other, one)
    await done(other)
    assert.ok(holdsAll(other, made))
    assert.equal(new Set(other.store.chunks.map(({ buffer }) => buffer)).size, 16)
  })
})
