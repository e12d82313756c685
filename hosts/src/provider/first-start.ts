// A first start that fails leaves nothing behind that was not there before: a directory that is half a provider would be taken
// for one. Whoever ran here once keeps everything.

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../directory.ts'

/** Makes `dir` if it is not there. What it answers takes away all that came since, `dir` and those above it too if they were made. */
export async function rememberDirectory(dir: string): Promise<() => Promise<void>> {
  const made = await makeDirectory(dir, 0o700)
  const before = await readdir(dir)
  return async () => {
    if (made !== undefined) return rm(made, { recursive: true, force: true })
    const since = (await readdir(dir)).filter((name) => !before.includes(name))
    await Promise.all(since.map((name) => rm(join(dir, name), { recursive: true, force: true })))
  }
}
