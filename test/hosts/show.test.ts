// `npm start` as a whole, with a small file: it adds up, says so as one JSON object, and leaves nothing behind.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const SHOW = fileURLToPath(new URL('../../hosts/src/show/main.ts', import.meta.url))
const MIB = 1024 * 1024

describe('hosts: npm start', function () {
  this.timeout(120_000)
  let dir: string
  let file: string

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
    file = join(dir, 'film.bin')
    await writeFile(file, randomBytes(4 * MIB))
    await mkdir(join(dir, 'tmp'))
  })
  after(() => rm(dir, { recursive: true, force: true }))

  function start(...args: string[]): ChildProcess {
    return spawn(process.execPath, ['-C', 'floodgate-source', SHOW, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: join(dir, 'tmp') }
    })
  }

  it('I1, I7: three buyers get the file, pay each other too, and everything adds up', async () => {
    const show = start(file, '--json', '--upload-limit', '1M')
    const ended = once(show, 'exit')
    const [out, told] = await Promise.all([text(show.stdout!), text(show.stderr!)])
    const [exit] = await ended
    assert.equal(exit, 0, told)
    assert.equal(out.trim().split('\n').length, 1, 'exactly one JSON object')
    const result = JSON.parse(out) as Record<string, unknown> & {
      checks: { ok: boolean }[]
      buyers: { paid: string; bytes: number; joined: string }[]
    }
    assert.equal(result['ok'], true)
    assert.ok(result.checks.length > 0 && result.checks.every(({ ok }) => ok))
    assert.deepEqual(
      result.buyers.map(({ paid, bytes }) => ({ paid, bytes })),
      Array.from({ length: 3 }, () => ({ paid: String(2 * 32), bytes: 4 * MIB }))
    )
    assert.equal(result.buyers[2]?.joined, 'magnet link')
    assert.ok(Number(result['tradedAmongBuyers']) > 0, 'buyers sold to each other')
    assert.equal(result['messagesPerPiece'], 0)
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  })

  it('cleans up after itself when it is interrupted', async () => {
    const show = start(file, '--upload-limit', '64k')
    let told = ''
    const ended = once(show, 'exit')
    show.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      told += chunk
      if (told.includes('buyer 1') && !show.killed) show.kill('SIGINT')
    })
    const [exit] = await ended
    assert.equal(exit, 130, told)
    assert.deepEqual(await readdir(join(dir, 'tmp')), [])
  })
})
