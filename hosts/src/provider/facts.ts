// What the metrics are told of the machine: the newest backup, and the disk that has the provider's directory.

import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostFacts } from '@floodgate/tracker'
import type { Home } from './home.ts'

export async function factsOf({ dir, backups }: Home): Promise<HostFacts> {
  const { bavail, bsize } = await statfs(dir)
  const names = await readdir(backups)
  const times = await Promise.all(
    names.map(async (name) => (await stat(join(backups, name))).mtimeMs)
  )
  return { backupAt: Math.max(0, ...times), diskFreeBytes: bavail * bsize }
}
