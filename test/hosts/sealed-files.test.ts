// Files that sealing and opening make (F77): each is there whole or not at all, and none is written over another.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { platformCrypto } from '@floodgate/protocol'
import { keysFor, openContent, type OpenContent } from '@floodgate/push'
import { sealFile } from '../../hosts/src/provider/seal-file.ts'
import { writePlain } from '../../hosts/src/trade/plain-file.ts'

const going = new AbortController().signal
const quiet = (): void => undefined

describe('hosts: files of sealed contents', () => {
  let dir: string
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'floodgate-sealed-'))))
  afterEach(() => rm(dir, { recursive: true }))

  it('F77: a sealed file that is there is not sealed again, also when it came meanwhile', async () => {
    const [film, to] = [join(dir, 'film.bin'), join(dir, 'film.bin.sealed')]
    await writeFile(film, randomBytes(1000))
    await sealFile(film, to, going, quiet)
    const goods = await readFile(to)
    await assert.rejects(sealFile(film, to, going, quiet), { code: 'bad-option' })
    assert.deepEqual(await readFile(to), goods)

    const late = join(dir, 'late.sealed')
    const meanwhile = (): void => writeFileSync(late, 'mine')
    await assert.rejects(sealFile(film, late, going, meanwhile), { code: 'bad-option' })
    assert.equal(await readFile(late, 'utf8'), 'mine')
    const left = ['film.bin', 'film.bin.sealed', 'late.sealed']
    assert.deepEqual((await readdir(dir)).sort(), left)
  })

  describe('plaintext', () => {
    const bytes = randomBytes(300_000)
    let content: OpenContent
    let file: string
    let beside: string
    beforeEach(async () => {
      const [film, to] = [join(dir, 'source'), join(dir, 'source.sealed')]
      await writeFile(film, bytes)
      const { master, sealedId } = await sealFile(film, to, going, quiet)
      const sealed = await readFile(to)
      const keys = keysFor(platformCrypto, { master, sealedId, group: 7 })
      const read = async (offset: number, length: number): Promise<Uint8Array> =>
        sealed.subarray(offset, offset + length)
      content = await openContent(platformCrypto, keys, read)
      file = join(dir, 'film.bin')
      beside = join(dir, 'film.unsealing')
    })
    const write = (signal = going, onFirst = quiet): Promise<void> =>
      writePlain({ content, file, beside, signal, onFirst })

    it('F77: has its name when it is whole; a run that was stopped leaves none, and the next goes on', async () => {
      const stop = new AbortController()
      await assert.rejects(
        write(stop.signal, () => stop.abort()),
        { name: 'AbortError' }
      )
      assert.deepEqual((await readdir(dir)).sort(), ['source', 'source.sealed'])
      await writeFile(beside, randomBytes(400_000)) // of a run that was killed
      await write(going, () => assert.ok(!existsSync(file)))
      assert.deepEqual(await readFile(file), bytes)
      await write()
      assert.deepEqual((await readdir(dir)).sort(), ['film.bin', 'source', 'source.sealed'])
    })

    it('F77: is written over nothing that has its name, also when that came meanwhile', async () => {
      const altered = Buffer.from(bytes)
      altered[altered.length - 1]! ^= 1
      for (const mine of [Buffer.from('mine'), altered]) {
        await writeFile(file, mine)
        await assert.rejects(write(), { code: 'bad-option' })
        assert.deepEqual(await readFile(file), mine)
      }
      await rm(file)
      const meanwhile = (): void => writeFileSync(file, 'mine')
      await assert.rejects(write(going, meanwhile), { code: 'bad-option' })
      assert.equal(await readFile(file, 'utf8'), 'mine')
    })
  })
})
