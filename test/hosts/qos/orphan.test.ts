// A seeder of the pool whose parent is gone ends by itself, whatever it is at.

import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../../hosts/src/main.ts', import.meta.url))

/** Nothing of ours runs before. */
const UNTIL_LET_GO = `data:text/javascript,${encodeURIComponent(
  'await new Promise((done) => process.once("disconnect", done))'
)}`

describe('hosts: a seeder of the pool without its parent', function () {
  this.timeout(20_000)
  let dir: string
  let child: ChildProcess

  function start(...before: string[]): void {
    const execArgv = ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', ...before]
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const
    child = fork(MAIN, ['pool-seeder'], { execArgv, stdio: [...stdio] })
  }
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
  })
  afterEach(async () => {
    child.kill('SIGKILL')
    await rm(dir, { recursive: true })
  })

  it('F76: ends if it was let go before it could listen', async () => {
    start('--import', UNTIL_LET_GO)
    child.disconnect()
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })

  it('F76: ends while it waits for a provider that does not answer', async () => {
    start()
    const settings = { url: 'http://127.0.0.1:9', name: 'none', currency: 'EUR' }
    const where = { host: '127.0.0.1', port: 9 }
    const walletFile = join(dir, 'wallet.json')
    child.send({ kind: 'begin', walletFile, settings: { ...settings, ...where } })
    // The warning that it tries again.
    await once(child.stderr!, 'data')
    child.disconnect()
    assert.deepEqual(await once(child, 'exit'), [0, null])
  })
})
