// The secrets of sealed contents in the provider's directory, a file for each: whoever can read one can open its content for
// everybody, and name nobody by it.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FloodgateError, fromBase64url, platformCrypto, toBase64url } from '@floodgate/protocol'
import { encodeKeys, keysFor } from '@floodgate/push'
import type { PushOptions } from '@floodgate/tracker'
import { readIfThere, writePrivate, type Home } from './home.ts'

/** Buyers fall into so many groups; a leak names one of them. */
export const GROUPS = 1024

export interface ContentSecret {
  master: Uint8Array
  sealedId: Uint8Array
  /** What pushing it may cost, minor units. */
  pushBudget: bigint
}

const ENDING = '.json'
const fileOf = ({ sealed }: Home, infoHash: string): string => join(sealed, infoHash + ENDING)

/** Keeps it before the content is for sale: without it nobody could ever open what was sold. */
export async function saveSecret(
  home: Home,
  infoHash: string,
  { master, sealedId, pushBudget }: ContentSecret
): Promise<void> {
  const fields = {
    ...{ master: toBase64url(master), sealedId: toBase64url(sealedId) },
    pushBudget: String(pushBudget)
  }
  await writePrivate(fileOf(home, infoHash), `${JSON.stringify(fields)}\n`)
}

/** Undefined for a content that is not sealed, or not from here. Throws `bad-option` for a damaged file. */
export async function loadSecret(home: Home, infoHash: string): Promise<ContentSecret | undefined> {
  const text = await readIfThere(fileOf(home, infoHash))
  if (text === undefined) return undefined
  const said = fieldsIn(text)
  const [master, sealedId] = [said['master'], said['sealedId']].map((one) =>
    fromBase64url(one ?? '')
  )
  if (master?.length === 32 && sealedId?.length === 16) {
    return { master, sealedId, pushBudget: BigInt(said['pushBudget'] ?? '0') }
  }
  throw new FloodgateError('bad-option', `${fileOf(home, infoHash)} is damaged`)
}

function fieldsIn(text: string): Record<string, string | undefined> {
  try {
    return JSON.parse(text) as Record<string, string>
  } catch {
    return {} // then the fields are missing
  }
}

/** All of them, by the info hashes of their contents. */
export async function allSecrets(home: Home): Promise<[infoHash: string, ContentSecret][]> {
  const names = (await readdir(home.sealed)).filter((name) => name.endsWith(ENDING))
  const hashes = names.map((name) => name.slice(0, -ENDING.length))
  const found = await Promise.all(hashes.map((infoHash) => loadSecret(home, infoHash)))
  return hashes.flatMap((infoHash, at) => (found[at] ? [[infoHash, found[at]]] : []))
}

/** The keys of a group, for the tracker to sell. */
export const keysIn =
  (home: Home): PushOptions['keys'] =>
  async (infoHash, group) => {
    const secret = await loadSecret(home, infoHash)
    return secret && encodeKeys(keysFor(platformCrypto, { ...secret, group }))
  }

/** A file of keys that were leaked, or bought. */
export const readKeyFile = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(path))
