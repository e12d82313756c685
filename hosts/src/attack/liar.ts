// Somebody on the way between a peer and its provider: passes everything on, and answers announces
// as it likes.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createListener, type AddressInfo } from 'node:net'
import { decode, type Body } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import type { Rogue } from './rogue.ts'

/**
 * A list of before for a later announce; a changed byte; a list of our own making. Each is told
 * once.
 */
export const LIES = ['replay', 'alter', 'forge'] as const
type Lie = (typeof LIES)[number]

export class Liar {
  /** Connections to the address that forged lists name. */
  visitors = 0
  readonly url: string
  /** Resolves when the lie was told. */
  readonly told: Promise<void>
  readonly #bed: Bed
  readonly #lie: Lie
  readonly #rogue: Rogue
  readonly #server: Server
  readonly #trap = createListener((socket) => {
    this.visitors++
    socket.destroy()
  })
  #older: Uint8Array | undefined
  #tell: () => void = () => undefined
  #isTold = false

  private constructor(bed: Bed, lie: Lie, rogue: Rogue, server: Server) {
    this.told = new Promise((resolve) => (this.#tell = resolve))
    this.#bed = bed
    this.#lie = lie
    this.#rogue = rogue
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(bed: Bed, lie: Lie): Promise<Liar> {
    let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined
    const server = createServer((request, response) => answer(request, response))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const liar = new Liar(bed, lie, await bed.rogue(0n), server)
    await new Promise<void>((resolve) => liar.#trap.listen(0, '127.0.0.1', resolve))
    answer = (request, response) => void liar.#answer(request, response)
    bed.closers.push(() => liar.#close())
    return liar
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Uint8Array[] = []
    for await (const part of request) parts.push(part as Uint8Array)
    const { method = 'GET', url = '' } = request
    const truth = await fetch(`${this.#bed.provider.url}${url}`, {
      method,
      ...(method === 'POST' && {
        body: Buffer.concat(parts),
        headers: { 'content-type': String(request.headers['content-type']) }
      })
    })
    const body = new Uint8Array(await truth.arrayBuffer())
    const said = url.startsWith('/announce') ? await this.#say(body) : body
    response.writeHead(truth.status, { 'content-type': truth.headers.get('content-type') ?? '' })
    response.end(said)
  }

  async #say(answer: Uint8Array): Promise<Uint8Array> {
    const text = Buffer.from(answer).toString('latin1')
    const found = /2:fg(\d+):/.exec(text)
    if (found === null) return answer
    const start = found.index + found[0].length
    const end = start + Number(found[1])
    const list = answer.subarray(start, end)
    const lie = await this.#lieFor(list)
    if (lie === undefined || this.#isTold) return answer
    this.#isTold = true
    this.#tell()
    const head = Buffer.from(`2:fg${lie.length}:`)
    return Buffer.concat([answer.subarray(0, found.index), head, lie, answer.subarray(end)])
  }

  async #lieFor(list: Uint8Array): Promise<Uint8Array | undefined> {
    const older = this.#older
    this.#older = list.slice()
    if (this.#lie === 'replay') return older
    if (this.#lie === 'forge') return this.#forged(list)
    return list.map((byte, at) => (at === list.length - 70 ? byte ^ 1 : byte))
  }

  /** A list of our own making that names our trap, signed with our key. */
  #forged(list: Uint8Array): Promise<Uint8Array> {
    const { port } = this.#trap.address() as AddressInfo
    const peers = Uint8Array.of(127, 0, 0, 1, port >> 8, port & 255)
    const { session, counter, time, expiry, ...body } = decode(list, 'peerList').message
    const forged: Body<'peerList'> = { ...body, peers }
    return this.#rogue.wallet.signer.sign('peerList', forged, { session, counter, time, expiry })
  }

  async #close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await new Promise<void>((resolve) => this.#trap.close(() => resolve()))
  }
}
