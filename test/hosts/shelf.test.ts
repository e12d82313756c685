// The provider's shelf: what is put there again is newer than what lay there, whatever the clocks say.

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shelve, sinceOf } from '../../hosts/src/provider/shelf.ts'

describe('hosts: the shelf', () => {
  it('a content that is put there again is newer, even if the clock was set back', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
    try {
      const [infoHash, data] = ['ab'.repeat(20), join(dir, 'film.bin')]
      await writeFile(data, 'film')
      const put = async (): Promise<number> => {
        await shelve(dir, { infoHash, torrent: new Uint8Array(3), name: 'film.bin', data })
        return sinceOf(dir, infoHash)
      }
      const before = Date.now()
      const first = await put()
      assert.ok(first >= before && first <= Date.now())
      const ahead = Date.parse('2100-01-01')
      await writeFile(join(dir, infoHash, 'since'), new Date(ahead).toISOString())
      assert.equal(await put(), ahead + 1)
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
