// What may be missing on a disk. Only "there is no such file" says that it is: whatever else fails is a failure.

import { stat } from 'node:fs/promises'

/** What the file system gives; undefined when there is no such file. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Is there a file or directory? A link is what it leads to. */
export const isThere = async (path: string): Promise<boolean> =>
  (await ifThere(stat(path))) !== undefined
