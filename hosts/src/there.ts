// What may be missing on a disk. Only "there is no such file" says that it is: whatever else fails is a failure.

import { stat } from 'node:fs/promises'

/** `ENOTDIR`: what should be a directory on the way to it is a file. */
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR'])

/** What the file system gives; undefined when there is no such file. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (MISSING.has((error as NodeJS.ErrnoException).code)) return undefined
    throw error
  }
}

/** Is there a file or directory? A link is what it leads to. */
export const isThere = async (path: string): Promise<boolean> =>
  (await ifThere(stat(path))) !== undefined
