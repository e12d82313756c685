// Directories that we write to: made when they are not there, and tried before anything is spent.

import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { isThere } from './there.ts'

const failed = (code: string, text: string): Error => Object.assign(new Error(text), { code })

/**
 * Makes the directory and those above it. Throws `ENOTDIR` when something else has its name, `EACCES` where none can be made
 * (as in /proc: Node's own `recursive` tries there for ever).
 */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code === 'EEXIST' || code === 'ENOTDIR') throw failed('ENOTDIR', `${path} is no directory`)
    if (code !== 'ENOENT') throw error
    const above = dirname(resolve(path))
    if (await isThere(above)) throw failed('EACCES', `no directory can be made in ${above}`)
    await makeDirectory(above, mode)
    await makeDirectory(path, mode)
  }
}

/** Makes the directory and writes a file there, for a moment. Throws what the file system says. */
export async function expectWritable(path: string): Promise<void> {
  await makeDirectory(path)
  const probe = join(path, `.floodgate-${process.pid}.tmp`)
  try {
    await writeFile(probe, 'Can we write here?')
  } finally {
    await rm(probe, { force: true })
  }
}
