// Directories that we write to: made when they are not there, and tried before anything is spent.

import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes the directory and those above it. Throws `ENOTDIR` when something else has its name. */
export async function makeDirectory(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error
    throw Object.assign(new Error(`${path} is no directory`), { code: 'ENOTDIR' })
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
