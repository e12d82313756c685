// A first start that fails: what another process made there meanwhile is not ours to take away.

import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Child } from '../../hosts/src/show/child.ts'

describe('hosts: a first start that fails', function () {
  this.timeout(30_000)

  it('deletes nothing, as another process may have made its own first start meanwhile', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
    const data = join(dir, 'shop')
    const keys = join(data, 'keys.json')
    let made: Promise<void> | undefined
    // A database that is slow to refuse: the other process is faster.
    const database = createServer(async (socket) => {
      socket.on('error', () => undefined)
      await (made ??= writeFile(keys, 'the root key'))
      socket.destroy()
    })
    await new Promise<void>((resolve) => database.listen(0, '127.0.0.1', resolve))
    const { port } = database.address() as AddressInfo
    const ledger = `postgres://u:p@127.0.0.1:${port}/floodgate`
    const args = ['--data', data, '--port', '0', '--no-seed', '--ledger', ledger]
    const child = new Child('provider', ['provider', ...args])
    try {
      assert.notEqual(await child.ended, 0)
      assert.equal(await readFile(keys, 'utf8'), 'the root key')
    } finally {
      await child.stop()
      database.close()
      await rm(dir, { recursive: true })
    }
  })
})
