// Makes files that are there whole or not at all, whatever is killed meanwhile.
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Lets `write` make a file beside `path`, which gets its name once it is on the disk, whole. Throws what the file system
 * says, and for a file that is there already.
 */
export async function writeWhole(
  path: string,
  write: (beside: string) => Promise<void>
): Promise<void> {
  const beside = `${path}.${process.pid}.tmp`
  try {
    if (await isThere(path)) throw new Error(`${path} is there already`)
    await rm(beside, { force: true })
    await write(beside)
    await sync(beside)
    await rename(beside, path)
    // Windows cannot open directories, and journals renames itself.
    if (process.platform !== 'win32') await sync(dirname(path))
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** What cannot be looked at for another reason than that it is not there is no place to write to. */
async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
