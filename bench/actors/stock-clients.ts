// BitTorrent clients without Floodgate, to download with: WebTorrent in a process of its own, and programs of this machine.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Stage } from '../harness/stage.ts'
import type { PeerJobs } from './peers.ts'

const run = promisify(execFile)
const ID = 1

export interface Download {
  stage: Stage
  torrentPath: string
  /** Where the file is to lie. */
  folder: string
  /** Without progress for so long, the client gives up. */
  patienceSeconds: number
}

export interface StockClient {
  name: string
  /** Undefined: it is not installed. */
  version(): Promise<string | undefined>
  /** Resolves when the client has all, or has given up. */
  download(wish: Download): Promise<void>
}

/** What a program prints; undefined if it does not run. */
async function output(file: string, args: string[]): Promise<string | undefined> {
  try {
    return (await run(file, args)).stdout.trim()
  } catch {
    return undefined
  }
}

const webtorrent: StockClient = {
  name: 'webtorrent',
  async version() {
    const path = createRequire(import.meta.url).resolve('webtorrent/package.json')
    return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version
  },
  async download({ stage, torrentPath, folder, patienceSeconds }) {
    const actor = await stage.actor<PeerJobs>('peers')
    await actor.ask('open', { id: ID, options: {} })
    const torrent = new Uint8Array(await readFile(torrentPath))
    const patienceMs = patienceSeconds * 1000
    const place = { folder, memory: false }
    await actor.ask('join', { id: ID, torrent, place, strategy: 'sequential', patienceMs })
    await actor.ask('closeAll', undefined)
    await stage.dismiss(actor)
  }
}

const aria2: StockClient = {
  name: 'aria2',
  version: async () =>
    /aria2 version (\S+)/.exec((await output('aria2c', ['--version'])) ?? '')?.[1],
  async download({ torrentPath, folder, patienceSeconds }) {
    const args = [
      ...[`--dir=${folder}`, '--seed-time=0', `--bt-stop-timeout=${patienceSeconds}`],
      ...['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false'],
      ...['--interface=127.0.0.1', '--file-allocation=none', '--quiet', torrentPath]
    ]
    // It fails when it gives up: then what it got is what counts.
    await output('aria2c', args)
  }
}

/** Where Debian's python3-libtorrent may be found when another Python comes first in the path. */
const PYTHONS = ['python3', '/usr/bin/python3']

const libtorrent: StockClient = {
  name: 'libtorrent',
  version: async () => (await python())?.version,
  async download({ torrentPath, folder, patienceSeconds }) {
    const script = fileURLToPath(new URL('leech_libtorrent.py', import.meta.url))
    const { file } = (await python())!
    await run(file, [script, torrentPath, folder, String(patienceSeconds)])
  }
}

async function python(): Promise<{ file: string; version: string } | undefined> {
  for (const file of PYTHONS) {
    const version = await output(file, ['-c', 'import libtorrent; print(libtorrent.version)'])
    if (version !== undefined) return { file, version }
  }
  return undefined
}

export const stockClients: readonly StockClient[] = [webtorrent, aria2, libtorrent]
