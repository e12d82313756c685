// What people are told when nothing comes: data that changed at the provider, and what is owed from an earlier visit.

import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { KIB, Stage } from './stage.ts'

const PIECE = 64 * KIB

describe('hosts: a standstill', function () {
  this.timeout(90_000)
  let stage: Stage
  beforeEach(async () => {
    stage = await Stage.open('--port', '0', '--limit', '1', '--upload-limit', '200k')
  })
  afterEach(() => stage.close())

  const contents = async (): Promise<unknown[]> => {
    const { contents } = await stage.command('contents', 'contents', '--data', stage.shop)
    return (contents as { missing: number }[]).map(({ missing }) => missing)
  }

  it('a piece that changed at the provider: both sides hear which, and how many', async () => {
    const film = await stage.publish('film.bin', 4 * PIECE)
    assert.deepEqual(await contents(), [0])
    await stage.provider.stop()
    const file = await open(join(stage.dir, film.name), 'r+')
    await file.write(Buffer.alloc(100), 0, 100, 2 * PIECE)
    await file.close()
    await stage.startProvider()
    const { text } = await stage.provider.until('warning', ({ code }) => code === 'data-changed')
    assert.match(String(text), /1 piece of 4 changed since/)
    assert.deepEqual(await contents(), [1])

    const getting = stage.get(await stage.person('ann', 100n), film.torrent)
    const { why, pieces, seconds } = await getting.until('waiting')
    assert.deepEqual([why, pieces], ['nobody-has', [2]])
    assert.ok(Number(seconds) >= 10)
    await getting.stop()
  })

  it('a piece that changes while it is sold is offered no more, until it is put right', async () => {
    // More than WebTorrent keeps in memory.
    const [pieces, pieceLength] = [40, 16 * KIB]
    const film = await stage.publish('film.bin', pieces * pieceLength, { pieceLength })
    const path = join(stage.dir, film.name)
    const file = await open(path, 'r+')
    await file.write(Buffer.alloc(100), 0, 100, 2 * pieceLength)
    const getting = stage.get(await stage.person('carol', 100n), film.torrent)
    await stage.provider.until('warning', ({ code }) => code === 'data-changed')
    assert.deepEqual(await contents(), [1])
    await getting.until('progress', ({ done }) => done === pieces - 1)
    await file.write(film.bytes, 2 * pieceLength, 100, 2 * pieceLength)
    await file.close()
    const terms = ['--price', '0.02/piece', '--piece-length', String(pieceLength)]
    await stage.command('published', 'publish', path, '--data', stage.shop, ...terms)
    await getting.succeeded()
    assert.deepEqual(await contents(), [0])
  })

  it('who was killed in the middle, and gets another content, hears what the seller waits for', async () => {
    const film = await stage.publish('film.bin', 16 * PIECE)
    const book = await stage.publish('book.bin', 4 * PIECE)
    const bob = await stage.person('bob', 100n)
    const first = stage.get(bob, film.torrent)
    await first.until('progress', ({ done }) => Number(done) > 1)
    await first.kill()
    const second = stage.get(bob, book.torrent)
    const { why, uid, text } = await second.until('waiting')
    assert.deepEqual([why, uid], ['owed', stage.seeder])
    assert.match(String(text), new RegExp(`pieces of ${film.infoHash.slice(0, 8)} from your last`))
    await second.stop()
    // What it says helps.
    const again = stage.get(bob, film.torrent)
    await again.until('progress', ({ done }) => Number(done) > 3)
    await again.stop()
    await stage.get(bob, book.torrent).succeeded()
  })
})
