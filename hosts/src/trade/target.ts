// What a user may name as a torrent: a file, a magnet link, an info hash or an address. All become what WebTorrent takes.

import { readFile } from 'node:fs/promises'
import { FloodgateError } from '@floodgate/protocol'
import parseTorrent from 'parse-torrent'
import { fetchBytes, fetchTorrent } from '../provider/api-client.ts'

const INFO_HASH = /^[0-9a-f]{40}$/i
const MAGNET_HASH = /^urn:btih:[0-9a-f]{40}$/i
const TORRENT_MAX = 4 * 1024 * 1024

/** A torrent file's bytes, or a magnet link. */
export type Target = Uint8Array | string

/**
 * Finds what `named` means; info hashes are asked of the provider at `api`. Throws `unreachable`, `unknown-content`,
 * `not-a-paid-torrent`, or what the file system says.
 */
export async function findTarget(named: string, api: string): Promise<Target> {
  if (named.startsWith('magnet:')) return checkMagnet(named, api)
  if (/^https?:\/\//i.test(named)) return expectTorrent(await fetchBytes(named), named)
  if (INFO_HASH.test(named))
    return expectTorrent(await fetchTorrent(api, named.toLowerCase()), named)
  return expectTorrent(new Uint8Array(await readFile(named)), named)
}

/** A magnet link says nothing of money; that it names our provider's tracker is all there is to go by. */
function checkMagnet(link: string, api: string): string {
  const fields = new URLSearchParams(link.slice('magnet:?'.length))
  if (!fields.getAll('xt').some((topic) => MAGNET_HASH.test(topic))) {
    throw new FloodgateError('not-a-paid-torrent', 'the magnet link names no info hash')
  }
  const trackers = fields.getAll('tr')
  if (trackers.length === 0) return `${link}&tr=${encodeURIComponent(`${api}/announce`)}`
  if (trackers.some((tracker) => tracker.startsWith(`${api}/`))) return link
  throw new FloodgateError(
    'wrong-provider',
    `the wallet is for ${api}, the link for ${trackers[0]}`
  )
}

/** Throws `not-a-paid-torrent` for pages, pictures and what came in half. */
async function expectTorrent(bytes: Uint8Array, named: string): Promise<Uint8Array> {
  // Every torrent file is a bencoded dictionary.
  const looksRight = bytes[0] === 0x64 && bytes.length <= TORRENT_MAX
  if (looksRight && (await isTorrent(bytes))) return bytes
  throw new FloodgateError('not-a-paid-torrent', `${named} is no torrent file`)
}

const isTorrent = (bytes: Uint8Array): Promise<boolean> =>
  parseTorrent(bytes).then(
    () => true,
    () => false
  )
