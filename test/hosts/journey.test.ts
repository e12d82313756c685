// The whole journey with the real commands on real sockets: publish, register, deposit, get, claim, wallet, books.

import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KIB, Stage, sumOf } from './stage.ts'

describe('hosts: the journey', function () {
  this.timeout(60_000)
  let stage: Stage

  before(async () => {
    stage = await Stage.open('--port', '0')
  })
  after(() => stage.close())

  it('F3, F30, F48, I1: two buyers get a content, one from the other too; claims and books add up', async () => {
    const film = await stage.publish('film.bin', 1000 * KIB)
    assert.equal(film.pieces, 16)
    assert.equal(film.total, 32n)
    const [ann, bob] = await Promise.all([stage.person('ann', 40n), stage.person('bob', 40n)])

    const annGets = stage.get(ann, film.torrent, '--seed')
    const done = await annGets.until('done')
    assert.deepEqual(await readFile(join(String(done['path']), film.name)), film.bytes)
    // Ann is the only one to sell now.
    await stage.provider.stop()
    await stage.startProvider('--no-seed')
  })
})
