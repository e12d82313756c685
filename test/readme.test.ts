// The journeys of the README are run as they stand there: only the provider's address is put in.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { toHex } from '@floodgate/protocol'
import { Wallet, register } from '@floodgate/wallet'
import { fileStorage } from '@floodgate/wallet/file'
import { deposit } from '@floodgate/tracker'
import { TestPeer } from './support/peer.ts'
import { TestProvider } from './support/provider.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const MODULES = new URL('../node_modules', import.meta.url).pathname

/** The block that begins with `// journey: name`. */
function journey(name: string): string {
  const block = new RegExp('```ts\\n// journey: ' + name + '\\n([\\s\\S]*?)```').exec(README)
  assert.ok(block, `README has no journey "${name}"`)
  return block[1]!
}

describe('README: the journeys', function () {
  this.timeout(60_000)
  let folder: string
  let child: ChildProcess | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'floodgate-readme-'))
    symlinkSync(MODULES, join(folder, 'node_modules'))
  })
  afterEach(() => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  const run = (code: string): ChildProcess => {
    writeFileSync(join(folder, 'journey.mts'), code)
    const args = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', 'journey.mts']
    child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    return child
  }

  it('1: the plugin in a WebTorrent client buys what is sold', async () => {
    const provider = await TestProvider.start()
    const seeder = new TestPeer(await provider.wallet())
    try {
      const sold = await provider.sell('film', 500_000)
      await seeder.seed(sold)
      const wallet = await Wallet.create({
        storage: fileStorage(join(folder, 'wallet.json')),
        passphrase: 'secret',
        rootKey: provider.keys.rootKey,
        api: provider.url
      })
      await register(wallet, 'test')
      await deposit(provider.store, toHex(wallet.uid), 1000n, 'test', 'readme')
      await wallet.close()
      writeFileSync(join(folder, 'film.torrent'), sold.torrent)

      const buyer = run(journey('plugin').replace('https://cdn.example', provider.url))
      for await (const line of createInterface({ input: buyer.stdout! })) {
        assert.equal(line, 'bought')
        break
      }
      assert.ok(readFileSync(join(folder, 'film')).equals(sold.data))
    } finally {
      await seeder.close()
      await provider.close()
    }
  })

  it('2: the middleware on a tracker answers as a provider', async () => {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    run(journey('tracker').replace('8000', String(port)))
    for (;;) {
      // Refused until the child listens; if it never does, the test's own time is over.
      const answer = await fetch(`http://127.0.0.1:${port}/floodgate/v1/provider`).catch(() => null)
      if (answer === null) continue
      const { name, currency } = (await answer.json()) as Record<string, unknown>
      assert.deepEqual({ name, currency }, { name: 'Example', currency: 'EUR' })
      break
    }
  })

  it('names the commands that package.json has', () => {
    const { scripts } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8')
    ) as { scripts: Record<string, string> }
    for (const [, name] of README.matchAll(/npm (?:run )?(start|test|bench|check)\b/g)) {
      assert.ok(scripts[name!], name)
    }
  })
})
