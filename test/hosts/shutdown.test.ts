// A provider that is asked to stop says first that it is not ready, goes on answering meanwhile, and finishes what is under way.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Stage } from './stage.ts'

describe('hosts: shutdown', function () {
  this.timeout(30_000)

  it('readyz says no, requests are answered, one that is under way is finished, and it ends well', async () => {
    const stage = await Stage.open('--port', '0', '--no-seed', '--drain', '2s')
    try {
      const { port } = new URL(stage.url)
      assert.equal((await fetch(`${stage.url}/readyz`)).status, 200)
      const token = (await readFile(join(stage.shop, 'operator-token'), 'utf8')).trim()
      const slow = connect(Number(port), '127.0.0.1')
      await begin(slow, token)
      const stopped = stage.provider.stop()
      await untilNotReady(stage.url)
      assert.equal((await fetch(`${stage.url}/floodgate/v1/provider`)).status, 200)
      assert.equal((await fetch(`${stage.url}/healthz`)).status, 200)
      const answer = text(slow)
      slow.write('{}')
      assert.match(await answer, /^HTTP\/1.1 400 .*"bad-request".*"uid"/s)
      assert.equal(await stopped, 0)
      await assert.rejects(fetch(`${stage.url}/healthz`))
      await stage.startProvider('--no-seed')
    } finally {
      await stage.close()
    }
  })
})

/** A request whose body is still to come. */
async function begin(socket: Socket, token: string): Promise<void> {
  await once(socket, 'connect')
  const lines = [
    'POST /floodgate/v1/operator/lift HTTP/1.1',
    'Host: x',
    'Connection: close',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Content-Length: 2'
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
}

async function untilNotReady(url: string): Promise<void> {
  for (;;) {
    const { detail } = (await (await fetch(`${url}/readyz`)).json()) as { detail?: string }
    if (detail === undefined) continue
    assert.equal(detail, 'draining')
    return
  }
}
