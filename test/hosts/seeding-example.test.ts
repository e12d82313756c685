// Journey 3: a promise in a few lines. The example is run as its first lines say: while nobody downloads nothing is sent; a
// buyer comes and is given the rate, and not much more; another comes and there is more; they have it and nobody seeds.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { toHex } from '@floodgate/protocol'
import { Wallet, fetchProvider, memoryStorage, register } from '@floodgate/wallet'
import { Child, type Line } from '../../hosts/src/show/child.ts'
import { TestPeer, done, rateOver } from '../support/peer.ts'

const EXAMPLE = fileURLToPath(new URL('../../examples/seeding.ts', import.meta.url))
const LENGTH = 6_000_000

describe('examples/seeding.ts', function () {
  this.timeout(120_000)
  let dir: string
  let example: ChildProcess
  const peers: TestPeer[] = []
  const lines: string[] = []
  const waiting = new Set<() => void>()

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-seeding-'))
    const flags = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning']
    const args = [...flags, EXAMPLE, join(dir, 'shop'), '0']
    example = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface({ input: example.stdout! }).on('line', (line) => {
      lines.push(line)
      for (const look of waiting) look()
    })
  })
  after(async () => {
    for (const peer of peers) await peer.close()
    if (example.exitCode === null) example.kill('SIGKILL')
    await rm(dir, { recursive: true })
  })

  /** The first line that fits, of those from now on or, with `all`, of all. */
  function said(fits: (line: string) => boolean, from = lines.length): Promise<string> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = lines.slice(from).find(fits)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  }
  const rateIn = (line: string): number => Number(/^\d+/.exec(line)?.[0])

  async function command(event: string, ...args: string[]): Promise<Line> {
    const child = new Child(args[0]!, [...args, '--data', join(dir, 'shop')])
    await child.succeeded()
    return child.until(event)
  }

  async function buyer(api: string): Promise<TestPeer> {
    const { rootKey } = await fetchProvider(api)
    const storage = memoryStorage()
    const wallet = await Wallet.create({ storage, passphrase: '', rootKey, api })
    await register(wallet, 'test')
    await command('deposited', 'deposit', toHex(wallet.uid), '10.00', '--reason', 'a test')
    const peer = new TestPeer(wallet)
    peers.push(peer)
    return peer
  }

  it('says what is promised in at most 8 lines', () => {
    const code = readFileSync(EXAMPLE, 'utf8')
    const promise = /^const provider[^]*?^\}\)/m.exec(code)![0]
    assert.ok(promise.split('\n').length <= 8)
    for (const part of ['policy', 'budget', 'pool', 'source']) assert.ok(promise.includes(part))
  })

  it('F5, F76, F78, F79: gives what is missing, more when more is missing, and nothing afterwards', async () => {
    const api = await said((line) => line.startsWith('http'), 0)
    const film = join(dir, 'film.bin')
    const bytes = randomBytes(LENGTH)
    await writeFile(film, bytes)
    const sold = await command(
      'published',
      'publish',
      film,
      '--price',
      '0.01/piece',
      '--piece-length',
      '64k'
    )
    const torrent = await readFile(String(sold['torrent']))
    const [ann, bob] = [await buyer(api), await buyer(api)]
    await said((line) => line === '0 Nobody is downloading.')

    const first = ann.add(torrent)
    const one = rateIn(await said((line) => rateIn(line) > 0))
    assert.ok(one >= 500_000, `${one} for one`)
    await new Promise((resolve) => first.once('verified', resolve))
    const got = await rateOver(first, 1_500_000)
    assert.ok(got > 250_000 && got < 1_300_000, `one buyer gets ${got} B/s`)

    const second = bob.add(torrent)
    const two = rateIn(await said((line) => /: [23] leechers ×/.test(line)))
    assert.ok(two > 525_000, `${two} for two`)
    await Promise.all([done(first), done(second)])
    await said((line) => line === '0 Nobody is downloading.')
    assert.equal(peers.flatMap(({ warnings }) => warnings).join('\n'), '')

    example.kill('SIGINT')
    assert.deepEqual(await once(example, 'exit'), [0, null])
  })
})
