// Gives a file that is whole its name, and never takes the name from another.

import { lstat, open, rename, rm } from 'node:fs/promises'
import { FloodgateError } from '@floodgate/protocol'
import { ifThere } from './there.ts'

/** Has anything this name, be it a link that leads nowhere? */
export const isTaken = async (path: string): Promise<boolean> =>
  (await ifThere(lstat(path))) !== undefined

/** Renames `from` to `to`. Throws `bad-option` with what is to be done, `advice`, when there is a `to`; `from` stays then. */
export async function renameNew(from: string, to: string, advice: string): Promise<void> {
  try {
    // Takes the name first: to look and to rename would be two steps, and not every file system has links.
    await (await open(to, 'wx')).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(to, advice)
    throw error
  }
  try {
    await rename(from, to)
  } catch (error) {
    await rm(to, { force: true })
    throw error
  }
}

export const taken = (path: string, advice: string): FloodgateError =>
  new FloodgateError('bad-option', `${path} is there already: ${advice}`)
