// The provider's shelf, DIR/contents: `publish` puts a torrent and a link to its data there, the running provider looks
// again and again at what lies there. Nothing has to be told to anybody: what is there is for sale.

import {
  mkdir,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ifThere } from '../there.ts'

const TORRENT = 'content.torrent'
const SINCE = 'since'
const DATA = 'data'
const MISSING = 'missing'
const INFO_HASH = /^[0-9a-f]{40}$/

export interface Shelved {
  infoHash: string
  torrentFile: string
  /** Directory in which the content lies under the torrent's name. */
  dataDir: string
}

/** Where a content lies, whether it is there or not. */
export const shelvedAt = (contents: string, infoHash: string): Shelved => ({
  infoHash,
  torrentFile: join(contents, infoHash, TORRENT),
  dataDir: join(contents, infoHash, DATA)
})

/**
 * Puts a content on the shelf, whole or not at all; the same again replaces it. The data stay where they are: the shelf
 * holds a link under the torrent's name. It says since when, in words of its own: times of files are lost in copies.
 */
export async function shelve(
  contents: string,
  content: { infoHash: string; torrent: Uint8Array; name: string; data: string }
): Promise<Shelved> {
  const { infoHash, torrent, name, data } = content
  const beside = join(contents, `.${infoHash}.${process.pid}`)
  // Put there again is newer than before, even if the clock was set back meanwhile.
  const since = Math.max(Date.now(), (await sinceOf(contents, infoHash)) + 1)
  try {
    await mkdir(join(beside, DATA), { recursive: true, mode: 0o700 })
    await writeFile(join(beside, TORRENT), torrent, { flush: true })
    await writeFile(join(beside, SINCE), new Date(since).toISOString())
    await symlink(await realpath(data), join(beside, DATA, name))
    const place = join(contents, infoHash)
    await rm(place, { recursive: true, force: true })
    await rename(beside, place)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    throw error
  }
  return shelvedAt(contents, infoHash)
}

/** What lies on the shelf now. */
export async function look(contents: string): Promise<Shelved[]> {
  const names = await readdir(contents)
  return names
    .filter((name) => INFO_HASH.test(name))
    .map((infoHash) => shelvedAt(contents, infoHash))
}

/** When entries of each of these directories last came, went or were replaced, Unix milliseconds; 0 of one that is not there. */
export async function changesOf(...directories: string[]): Promise<number[]> {
  const found = await Promise.all(directories.map((directory) => ifThere(stat(directory))))
  return found.map((one) => one?.mtimeMs ?? 0)
}

/** When a content was put there, Unix milliseconds; 0 for those of before it was written down. */
export async function sinceOf(contents: string, infoHash: string): Promise<number> {
  const text = await ifThere(readFile(join(contents, infoHash, SINCE), 'utf8'))
  return Date.parse(text ?? '') || 0
}

/** Notes beside a content how many of its pieces our seeder lacks, for whoever lists it. */
export async function noteMissing({ torrentFile }: Shelved, missing: number): Promise<void> {
  const file = join(dirname(torrentFile), MISSING)
  if (missing > 0) await writeFile(file, String(missing))
  else await rm(file, { force: true })
}

/** What was noted; 0 when nothing was. */
export async function missingOf({ torrentFile }: Shelved): Promise<number> {
  const text = await ifThere(readFile(join(dirname(torrentFile), MISSING), 'utf8'))
  return Number(text) || 0
}

/** Info hashes under which these very data lie there. Throws what the file system says. */
export async function shelvedOf(contents: string, data: string): Promise<string[]> {
  const wanted = await realpath(data)
  const found: string[] = []
  for (const { infoHash, dataDir } of await look(contents)) {
    for (const name of (await ifThere(readdir(dataDir))) ?? []) {
      if ((await ifThere(realpath(join(dataDir, name)))) === wanted) found.push(infoHash)
    }
  }
  return found
}

export async function torrentOf({ torrentFile }: Shelved): Promise<Uint8Array> {
  return new Uint8Array(await readFile(torrentFile))
}
