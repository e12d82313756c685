/** Real WebTorrent clients on the loopback interface, each with a memory store of its own, closed after each test. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import createTorrent from 'create-torrent'
import WebTorrent, {
  type ChunkStore,
  type ClientOptions,
  type Torrent,
  type TorrentOptions
} from 'webtorrent'
import { pretend, type PretendOptions, type WireTrade } from './pretend-trade.ts'

export const KIB = 1024
export const MIB = 1024 * KIB

export interface Content {
  data: Uint8Array
  torrentFile: Uint8Array
  pieceLength: number
}

/** Random content; `files` are lengths in bytes. */
export async function content(options: {
  pieceLength?: number
  bytes?: number
  files?: number[]
}): Promise<Content> {
  const { pieceLength = 64 * KIB, files = [options.bytes ?? MIB] } = options
  const inputs = files.map((length, at) =>
    Object.assign(randomBytes(length), { name: `file${at}` })
  )
  const torrentFile = await new Promise<Uint8Array>((resolve, reject) => {
    createTorrent(
      inputs,
      { name: 'content', pieceLength, private: true, announceList: [] },
      (error, made) => (error ? reject(error) : resolve(made))
    )
  })
  return { data: Buffer.concat(inputs), torrentFile, pieceLength }
}

/** Keeps pieces in memory and counts what is read and written. */
export class MemoryStore implements ChunkStore {
  readonly chunks: Uint8Array[] = []
  puts = 0
  gets = 0

  get(
    index: number,
    options: { offset?: number; length?: number } | null,
    done: (error: Error | null, chunk?: Uint8Array) => void
  ): void {
    this.gets++
    const chunk = this.chunks[index]
    const from = options?.offset ?? 0
    const to = options?.length ? from + options.length : undefined
    queueMicrotask(() =>
      chunk ? done(null, chunk.subarray(from, to)) : done(new Error('missing'))
    )
  }

  put(index: number, chunk: Uint8Array, done: (error?: Error | null) => void): void {
    this.puts++
    this.chunks[index] = chunk
    queueMicrotask(() => done(null))
  }

  close(done?: (error?: Error | null) => void): void {
    queueMicrotask(() => done?.(null))
  }

  destroy(done?: (error?: Error | null) => void): void {
    queueMicrotask(() => done?.(null))
  }
}

export interface Member {
  client: WebTorrent
  torrent: Torrent
  store: MemoryStore
  trades: WireTrade[]
  port: number
}

export interface MemberOptions {
  /** Null: a stock client without the engine. */
  trade?: PretendOptions | null
  client?: ClientOptions
  torrent?: TorrentOptions
  /** Damages pieces before they are stored. */
  corrupt?: (index: number) => boolean
}

const clients = new Set<WebTorrent>()

/** A client that cannot reach beyond this machine. */
export function newClient(options: ClientOptions = {}): WebTorrent {
  const client = new WebTorrent({
    utp: false,
    secure: 0,
    dht: false,
    lsd: false,
    natUpnp: false,
    natPmp: false,
    tracker: false,
    utPex: false,
    ...options
  })
  clients.add(client)
  return client
}

/** Ends every client that a test made. */
export async function closeAll(): Promise<void> {
  await Promise.all([...clients].map(leave))
}

/** Ends a client. */
export async function leave(client: WebTorrent): Promise<void> {
  clients.delete(client)
  if (client.destroyed) return
  await new Promise<void>((resolve) => client.destroy(() => resolve()))
}

async function join(
  content: Content,
  options: MemberOptions,
  extra: TorrentOptions
): Promise<Member> {
  const client = newClient(options.client)
  const store = new MemoryStore()
  let trades: WireTrade[] = []
  client.once('add', (torrent) => {
    if (options.trade !== null) trades = pretend(torrent, options.trade).trades
  })
  const torrent = client.add(content.torrentFile, {
    ...options.torrent,
    ...extra,
    storeCacheSlots: 0,
    preloadedStore: store
  })
  await once(torrent as never, 'ready')
  return { client, torrent, store, trades, port: client.torrentPort }
}

/** A member that has everything. */
export async function seeder(content: Content, options: MemberOptions = {}): Promise<Member> {
  const member = await join(content, options, { skipVerify: true })
  const { data, pieceLength } = content
  for (let index = 0; index * pieceLength < data.length; index++) {
    const chunk = Uint8Array.from(data.subarray(index * pieceLength, (index + 1) * pieceLength))
    if (options.corrupt?.(index)) chunk[0]! ^= 255
    member.store.chunks[index] = chunk
  }
  return member
}

/** A member that has nothing yet. */
export async function leecher(content: Content, options: MemberOptions = {}): Promise<Member> {
  return join(content, options, {})
}

export function connect(from: Member, ...to: Member[]): void {
  for (const member of to) from.torrent.addPeer(`127.0.0.1:${member.port}`)
}

export async function done(...members: Member[]): Promise<void> {
  await Promise.all(
    members.map(({ torrent }) => (torrent.done ? null : once(torrent as never, 'done')))
  )
}

/** True when the member's store holds exactly the content. */
export function holdsAll(member: Member, content: Content): boolean {
  return Buffer.concat(member.store.chunks).equals(content.data)
}
