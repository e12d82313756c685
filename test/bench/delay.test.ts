// The proxy that delays connections in `bench -- qos`, before real sockets.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { UNDER_WAY_MAX, delayServer } from '../../bench/qos/delay.ts'

const READ_MAX = 64 * 1024
const MIB = 1024 * 1024
const HALF_OPEN = { allowHalfOpen: true }

const portOf = (server: Server): number => (server.address() as AddressInfo).port

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return portOf(server)
}

async function allOf(socket: Socket): Promise<Buffer> {
  return Buffer.concat((await socket.toArray()) as Buffer[])
}

describe('bench/qos/delay', () => {
  const servers: Server[] = []
  const sockets: Socket[] = []

  /** A client, connected through the proxy to a server that does `serve`. */
  async function open(
    delayMs: number,
    serve: (socket: Socket) => void,
    sourceOf?: (remote: string) => string
  ): Promise<Socket> {
    const server = createServer(HALF_OPEN, (socket) => {
      sockets.push(socket)
      serve(socket)
    })
    const proxy = delayServer({ port: await listening(server), delayMs, sourceOf })
    servers.push(server, proxy)
    const client = connect({ ...HALF_OPEN, port: await listening(proxy), host: '127.0.0.1' })
    sockets.push(client)
    await once(client, 'connect')
    return client
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await Promise.all(
      servers
        .splice(0)
        .map((server) => server.close())
        .map((s) => once(s, 'close'))
    )
  })

  it('keeps bytes and their order both ways, and each of them late', async () => {
    const delayMs = 40
    const began = performance.now()
    const client = await open(delayMs, (socket) => socket.pipe(socket))
    client.write('first')
    assert.equal(String((await once(client, 'data'))[0]), 'first')
    // The round trip of the handshake, and one of the bytes.
    assert.ok(performance.now() - began >= 4 * delayMs)
    const sentAt = performance.now()
    client.write('next')
    assert.equal(String((await once(client, 'data'))[0]), 'next')
    assert.ok(performance.now() - sentAt >= 2 * delayMs)
    const much = randomBytes(2 * MIB)
    client.end(much)
    assert.ok((await allOf(client)).equals(much))
  })

  it('has no more under way than it may: more takes as long as it has to', async () => {
    const [delayMs, length] = [50, 2 * MIB]
    const all = Promise.withResolvers<Buffer>()
    const client = await open(delayMs, (socket) => void allOf(socket).then(all.resolve, all.reject))
    const began = performance.now()
    client.end(Buffer.alloc(length))
    assert.equal((await all.promise).length, length)
    const times = Math.ceil(length / (UNDER_WAY_MAX + READ_MAX))
    assert.ok(performance.now() - began >= times * delayMs)
  })

  it('lets who sends wait for who does not read, and loses nothing', async () => {
    const length = 96 * MIB
    const serving = Promise.withResolvers<Socket>()
    const client = await open(1, (socket) => serving.resolve(socket.pause()))
    let written = 0
    const part = Buffer.alloc(READ_MAX)
    const write = (): void => {
      if (written === length) return void client.end()
      client.write(part, () => {
        written += part.length
        write()
      })
    }
    write()
    // Nothing tells that no more is taken: it is when it has not moved for a while. What was taken is in the system's buffers.
    for (let before = -1; before < written;) {
      before = written
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    assert.ok(written < length / 2, `${written} bytes were taken`)
    let read = 0
    for await (const bytes of await serving.promise) read += (bytes as Buffer).length
    assert.equal(read, length)
  })

  it('closes one way and leaves the other open', async () => {
    const client = await open(10, (socket) => {
      void allOf(socket).then((asked) => socket.end(`heard ${String(asked)}`))
    })
    client.end('all')
    assert.equal(String(await allOf(client)), 'heard all')
  })

  it('resets when the other side does, or when nobody is there', async () => {
    const delayMs = 30
    const client = await open(delayMs, (socket) => {
      socket.once('data', () => socket.resetAndDestroy())
    })
    const began = performance.now()
    client.write('one')
    const [error] = (await once(client.resume(), 'error')) as [Error]
    assert.match(String(error), /ECONNRESET/)
    assert.ok(performance.now() - began >= 2 * delayMs)
    servers[0]!.close()
    const late = connect({ port: portOf(servers[1]!), host: '127.0.0.1' }).resume()
    sockets.push(late)
    const [refused] = (await once(late, 'error')) as [Error]
    assert.match(String(refused), /ECONNRESET/)
  })

  it('stands before the server in the name of who connected', async () => {
    const seen = Promise.withResolvers<string>()
    await open(
      1,
      (socket) => seen.resolve(socket.remoteAddress!),
      (remote) => remote.replace('0.0.1', '0.0.9')
    )
    assert.equal(await seen.promise, '127.0.0.9')
  })
})
