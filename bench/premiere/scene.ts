// What a premiere needs before anybody comes: a provider, and a release that is sealed and for sale; and the proof that its
// sealed bytes say nothing.

import { randomBytes, randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, fromHex, platformCrypto } from '@floodgate/protocol'
import { keysFor, openContent, readHeader } from '@floodgate/push'
import type { KeyOrder } from '@floodgate/wallet'
import { sealFile } from '../../hosts/src/provider/seal-file.ts'
import type { ProviderJobs } from '../actors/provider.ts'
import type { Actor } from '../harness/actor.ts'
import { CURRENCY, PRICE, makeTorrent, writeContent, type Seller } from '../harness/content.ts'
import type { Stage } from '../harness/stage.ts'

const KEY_PRICE = 500n
/** From publishing to the release. Clocks that differ by less than ten minutes are taken, so nobody has to ask twice. */
export const HOUR_MS = 5 * 60e3
/** Stretches of the plaintext that are looked for in the sealed bytes, and keys that are tried on them. */
const SAMPLES = 200
const SAMPLE_LENGTH = 16

export interface Scene {
  provider: Actor<ProviderJobs>
  seller: Seller
  /** Where the sealed file lies, under the name that is in the torrent. */
  folder: string
  plain: Buffer
  sealed: Buffer
  torrent: Uint8Array
  order: KeyOrder
}

/** `peers`: so many purses the provider pays. */
export async function openScene(
  stage: Stage,
  { peers, bytes, pieceLength }: { peers: number; bytes: number; pieceLength: number }
): Promise<Scene> {
  const provider = await stage.actor<ProviderJobs>('provider')
  const seller = await provider.ask('start', {
    ...{ store: 'memory' as const, folder: stage.folder },
    intervalSeconds: 2,
    membersMax: 250
  })
  const source = await writeContent(await stage.newFolder('source'), bytes)
  const plain = join(source.folder, source.name)
  const folder = await stage.newFolder('release')
  const path = join(folder, source.name)
  const { signal } = new AbortController()
  const secret = await sealFile(plain, path, signal, () => undefined)
  const terms = { release: Date.now() + HOUR_MS, keyPrice: KEY_PRICE }
  const release = { ...source, folder }
  const torrent = await makeTorrent(release, { pieceLength, seller, sealed: terms })
  const sealed = await readFile(path)
  const purse = PRICE * BigInt(Math.ceil(sealed.length / pieceLength))
  const infoHash = await provider.ask('push', { torrent, secret, budget: purse * BigInt(peers) })
  return {
    ...{ provider, seller, folder, torrent, sealed, plain: await readFile(plain) },
    order: { infoHash: fromHex(infoHash), price: KEY_PRICE, currency: CURRENCY }
  }
}

/** Stretches of the plaintext that stand in the sealed bytes, and keys of other secrets that open them. */
export async function readableOf({ plain, sealed }: Scene): Promise<number> {
  const read = async (offset: number, length: number) => sealed.subarray(offset, offset + length)
  const { sealedId } = readHeader(sealed)
  let found = 0
  for (let sample = 0; sample < SAMPLES; sample++) {
    const at = randomInt(plain.length - SAMPLE_LENGTH)
    if (sealed.includes(plain.subarray(at, at + SAMPLE_LENGTH))) found++
    const keys = keysFor(platformCrypto, { master: randomBytes(32), sealedId, group: sample })
    const code = await openContent(platformCrypto, keys, read).then(() => '', codeOf)
    if (code !== 'wrong-key') found++
  }
  return found
}
