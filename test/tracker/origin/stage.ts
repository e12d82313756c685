// A provider with a web origin over files on the disk, and askers that say exactly what they like.

import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import createTorrent from 'create-torrent'
import { encodeOffer, type ServicePromise } from '@floodgate/protocol'
import type { Origin, OriginOptions } from '@floodgate/tracker'
import { ORIGIN_PREFIX } from '../../../tracker-extension/src/origin/target.ts'
import { TestProvider } from '../../support/provider.ts'

export interface Published {
  infoHash: string
  torrent: Uint8Array
  /** By the path of the URL. */
  files: Record<string, Uint8Array>
}

interface PublishOptions {
  open?: boolean
  pieceLength?: number
  price?: bigint
  free?: number
  promise?: ServicePromise
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export class OriginStage {
  readonly provider: TestProvider
  readonly errors: unknown[]
  readonly #root: string

  /** By info hash; a test may spoil them. */
  readonly pieces: Map<string, (index: number) => Uint8Array>

  private constructor(
    provider: TestProvider,
    root: string,
    errors: unknown[],
    pieces: Map<string, (index: number) => Uint8Array>
  ) {
    this.pieces = pieces
    this.provider = provider
    this.#root = root
    this.errors = errors
  }

  static async start(options: Partial<OriginOptions> = {}): Promise<OriginStage> {
    const root = await mkdtemp(join(tmpdir(), 'floodgate-origin-'))
    const errors: unknown[] = []
    /** What the court reads, and the origin before it charges. */
    const pieces = new Map<string, (index: number) => Uint8Array>()
    const provider = await TestProvider.start(undefined, undefined, {
      origin: { directory: () => root, policy: 'free', ...options },
      pieces: { piece: async (infoHash, index) => pieces.get(infoHash)?.(index) },
      onError: (error) => errors.push(error)
    })
    return new OriginStage(provider, root, errors, pieces)
  }

  get origin(): Origin {
    return this.provider.tracker.origin!
  }

  pathOf(path: string): string {
    return join(this.#root, path)
  }

  /** Writes the files, whose paths begin with the name of the content, and publishes them. */
  async publish(
    lengths: Record<string, number>,
    { open = true, pieceLength = 16_384, price = 2n, free = 0, promise }: PublishOptions = {}
  ): Promise<Published> {
    const files = Object.fromEntries(
      Object.entries(lengths).map(([path, length]) => [path, new Uint8Array(randomBytes(length))])
    )
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(dirname(this.pathOf(path)), { recursive: true })
      await writeFile(this.pathOf(path), bytes)
    }
    const [name = ''] = Object.keys(lengths)[0]!.split('/')
    const { keys, url } = this.provider
    const terms = { price, currency: 'EUR', open, free, promise }
    const offer = { rootKey: keys.rootKey, api: url, ...terms }
    const options = { name, pieceLength, private: true, info: { floodgate: encodeOffer(offer) } }
    const torrent = await new Promise<Uint8Array>((resolve, reject) => {
      createTorrent(this.pathOf(name), { ...options, announceList: [] }, (error, file) =>
        error ? reject(error) : resolve(file)
      )
    })
    const { infoHash } = await this.provider.tracker.publish(torrent)
    const whole = Buffer.concat(Object.values(files))
    this.pieces.set(
      infoHash,
      (index) => new Uint8Array(whole.subarray(pieceLength * index, pieceLength * (index + 1)))
    )
    return { infoHash, torrent, files }
  }

  /** The web seed of a content, as it stands in `url-list`. */
  seedOf({ infoHash, files }: Published): string {
    const [only = '', ...others] = Object.keys(files)
    const isOne = others.length === 0 && !only.includes('/')
    return `${this.provider.url}${ORIGIN_PREFIX}${infoHash}/${isOne ? only : ''}`
  }

  /** Begins a request; resolves with the head of the answer. `path` goes out as it is. */
  begin(
    path: string,
    headers: Record<string, string> = {},
    method = 'GET'
  ): Promise<IncomingMessage> {
    const { port } = new URL(this.provider.url)
    return new Promise((resolve, reject) => {
      const asked = request(
        { port, host: '127.0.0.1', path, method, headers, agent: false },
        resolve
      )
      asked.on('error', reject).end()
    })
  }

  /** The whole answer to a request below the origin's prefix. */
  async ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const answer = await this.begin(`${ORIGIN_PREFIX}${path}`, headers, method)
    return { status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) }
  }

  /** Sends bytes that no client would, and reads the first line of the answer. */
  raw(text: string): Promise<string> {
    const { port } = new URL(this.provider.url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text, 'latin1'))
      socket.once('data', (data) => {
        resolve(data.toString('latin1').split('\r\n')[0]!)
        socket.destroy()
      })
      socket.once('error', reject)
    })
  }

  async close(): Promise<void> {
    await this.provider.close()
    await rm(this.#root, { recursive: true, force: true })
  }
}

/** The code of a refusal. */
export const codeIn = ({ body }: Answer): unknown =>
  (JSON.parse(body.toString()) as { error: unknown }).error
