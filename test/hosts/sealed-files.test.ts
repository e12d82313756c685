// Files that sealing and opening make (F77): each is there whole or not at all, and none is written over another.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealFile } from '../../hosts/src/provider/seal-file.ts'

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
})
