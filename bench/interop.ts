// Stock clients against a Floodgate seeder: a closed swarm gives them nothing, an open one all. Real clients with their own
// settings; only what would leave this machine is switched off. What is not installed is said to be so.

import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import parseTorrent from 'parse-torrent'
import { stockClients, type StockClient } from './actors/stock-clients.ts'
import type { PeerJobs } from './actors/peers.ts'
import type { ProviderJobs } from './actors/provider.ts'
import type { Actor } from './harness/actor.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { makeTorrent, writeContent, type Content, type Seller } from './harness/content.ts'
import { KIB, MIB } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

const SEEDER = 1
const MODES = ['closed', 'open'] as const

interface Scene {
  stage: Stage
  provider: Actor<ProviderJobs>
  peers: Actor<PeerJobs>
  seller: Seller
  /** Announce URL of a stock tracker. */
  trackerUrl: string
  /** Where our seeder listens. */
  port: number
  patienceSeconds: number
}

export const interop = defineBench({
  name: 'interop',
  line: 'stock WebTorrent, aria2 and libtorrent against a Floodgate seeder',
  columns: ['client', 'version', 'mode', 'piecesGot', 'pieces', 'ok'],
  options: {
    mib: { value: 8, short: 4, says: 'size of the content' },
    pieces: { value: 256, says: 'piece length in KiB' },
    patience: { value: 10, short: 5, says: 'seconds without progress until a client gives up' }
  },
  async run(stage, values) {
    const [provider, peers] = await Promise.all([
      stage.actor<ProviderJobs>('provider'),
      stage.actor<PeerJobs>('peers')
    ])
    const folder = await stage.newFolder('provider')
    const seller = await provider.ask('start', {
      ...{ store: 'memory' as const, folder },
      intervalSeconds: 30,
      membersMax: 250
    })
    const walletPath = join(folder, 'wallet.json')
    const options = { trade: { walletPath, seller, limitMax: 8 } }
    const { port } = await peers.ask('open', { id: SEEDER, options })
    const trackerUrl = await provider.ask('stock', { intervalSeconds: 30 })
    const patienceSeconds = values.patience
    const scene = { stage, provider, peers, seller, trackerUrl, port, patienceSeconds }
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    for (const mode of MODES) {
      const swarm = await seed(scene, mode, values.mib * MIB, values.pieces * KIB)
      outcome.results.push(...(await tryAll(scene, { ...swarm, mode })))
    }
    outcome.notes.push(...(await peers.ask('warnings', undefined)).map((text) => `seeder: ${text}`))
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

interface Swarm {
  content: Content
  pieceLength: number
  /** The torrent file for stock clients: the same content by its info hash, and a stock tracker. */
  torrentPath: string
}

async function seed(
  { stage, provider, peers, seller, trackerUrl, port }: Scene,
  mode: (typeof MODES)[number],
  length: number,
  pieceLength: number
): Promise<Swarm> {
  const folder = await stage.newFolder(mode)
  const content = await writeContent(folder, length)
  const wish = { pieceLength, seller, open: mode === 'open' }
  const torrent = await makeTorrent(content, wish)
  await provider.ask('publish', torrent)
  await peers.ask('seed', { id: SEEDER, torrent, place: { folder, memory: false } })
  const torrentPath = join(folder, `${mode}.torrent`)
  await writeFile(torrentPath, await makeTorrent(content, { ...wish, announce: [trackerUrl] }))
  await announceSeeder(trackerUrl, torrentPath, port)
  return { content, pieceLength, torrentPath }
}

/** Says to the stock tracker where our seeder is, which itself announces to its provider only. */
async function announceSeeder(url: string, torrentPath: string, port: number): Promise<void> {
  const { infoHash } = await parseTorrent(new Uint8Array(await readFile(torrentPath)))
  const escaped = infoHash.replace(/../g, '%$&')
  const query = `info_hash=${escaped}&peer_id=${'-BENCH-'.padEnd(20, '0')}&port=${port}&left=0`
  const response = await fetch(`${url}?${query}&compact=1&event=started`)
  if (!response.ok) throw new Error(`the stock tracker answers ${response.status}`)
}

/** Where there is something to be had, one after the other: they would have it from each other. */
async function tryAll(
  scene: Scene,
  swarm: Swarm & { mode: (typeof MODES)[number] }
): Promise<Row[]> {
  const attempt = (client: StockClient): Promise<Row> => tryClient(scene, client, swarm)
  if (swarm.mode === 'closed') return Promise.all(stockClients.map(attempt))
  const rows: Row[] = []
  for (const client of stockClients) rows.push(await attempt(client))
  return rows
}

async function tryClient(
  scene: Scene,
  client: StockClient,
  swarm: Swarm & { mode: (typeof MODES)[number] }
): Promise<Row> {
  const { stage, peers, patienceSeconds } = scene
  const { content, mode, pieceLength, torrentPath } = swarm
  const pieces = Math.ceil(content.bytes / pieceLength)
  const version = await client.version()
  const about = { client: client.name, version: version ?? 'not installed', mode }
  if (version === undefined) return { ...about, piecesGot: null, pieces, ok: null }
  const folder = await stage.newFolder(client.name)
  await client.download({ stage, torrentPath, folder, patienceSeconds })
  const piecesGot = await piecesIn(join(folder, content.name), content, pieceLength)
  // Whatever the client sent, the seeder answers still.
  await peers.ask('warnings', undefined)
  stage.say(`${client.name} ${version}, ${mode}: ${piecesGot} of ${pieces} pieces`)
  return { ...about, piecesGot, pieces, ok: piecesGot === (mode === 'open' ? pieces : 0) }
}

/** How many pieces of the content this file holds. */
async function piecesIn(path: string, content: Content, pieceLength: number): Promise<number> {
  const found = await readFile(path).catch(() => Buffer.alloc(0))
  const wanted = await readFile(join(content.folder, content.name))
  const hash = (bytes: Buffer, at: number): string =>
    createHash('sha1')
      .update(bytes.subarray(at, at + pieceLength))
      .digest('hex')
  let got = 0
  for (let at = 0; at < wanted.length; at += pieceLength) {
    if (hash(found, at) === hash(wanted, at)) got++
  }
  return got
}

function verdictOf(rows: Row[]): string {
  const wrong = rows.filter(({ ok }) => ok === false)
  const absent = [...new Set(rows.flatMap(({ ok, client }) => (ok === null ? [client] : [])))]
  const missing = absent.length > 0 ? ` Not installed, so not tried: ${absent.join(', ')}.` : ''
  if (wrong.length === 0) return `Closed swarms gave nothing, open ones all.${missing}`
  const names = wrong.map(({ client, mode, piecesGot }) => `${client} ${mode}: ${piecesGot} pieces`)
  return `Not as it should be: ${names.join('; ')}.${missing}`
}
