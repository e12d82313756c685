// What stands on a stage before the act that a test is about: people with money and contents on the shelf, made without a
// process for each step.

import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { toHex, type ServicePromise } from '@floodgate/protocol'
import { register, type Wallet } from '@floodgate/wallet'
import { homeOf } from '../../hosts/src/provider/home.ts'
import { loadKeys } from '../../hosts/src/provider/keys.ts'
import { shelve } from '../../hosts/src/provider/shelf.ts'
import { describeTorrent, makeTorrent } from '../../hosts/src/provider/torrent.ts'
import { openOrCreateWallet } from '../../hosts/src/wallets.ts'
import { PASSPHRASE, type Person, type Stage } from './stage.ts'

export interface Customer extends Person {
  open(): Promise<Wallet>
}

/** A person with an account, and `deposit` cents on it. */
export async function customer(stage: Stage, name: string, deposit: bigint): Promise<Customer> {
  const file = join(stage.dir, `${name}.wallet`)
  const open = (): Promise<Wallet> => openOrCreateWallet(file, stage.url, PASSPHRASE)
  const wallet = await open()
  await register(wallet, 'a test')
  const uid = toHex(wallet.uid)
  await wallet.close()
  const token = (await readFile(join(stage.shop, 'operator-token'), 'utf8')).trim()
  const response = await fetch(`${stage.url}/floodgate/v1/operator/deposits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ uid, amount: `${deposit}`, reason: 'a test', id: `deposit-${name}` })
  })
  assert.ok(response.ok)
  return { uid, wallet: file, out: join(stage.dir, name), open }
}

interface Terms {
  pieces: number
  pieceLength: number
  /** Of a piece, in cents. */
  price: bigint
  promise: ServicePromise
}

/** Puts a content under a promise on the shelf; answers as soon as the provider has seen it. */
export async function onShelf(
  stage: Stage,
  name: string,
  { pieces, pieceLength, price, promise }: Terms
): Promise<{ infoHash: string; torrent: string }> {
  const data = join(stage.dir, name)
  await writeFile(data, Buffer.alloc(pieces * pieceLength, name))
  const home = homeOf(stage.shop)
  const { rootKey } = await loadKeys(home)
  const terms = { price, currency: 'EUR', open: false, free: 0, promise }
  const offer = { rootKey, api: stage.url, ...terms }
  const torrent = await makeTorrent({ path: data, name, offer, pieceLength })
  const { infoHash } = await describeTorrent(torrent)
  const { torrentFile } = await shelve(home.contents, { infoHash, torrent, name, data })
  await stage.provider.until('published', (one) => one['infoHash'] === infoHash)
  return { infoHash, torrent: torrentFile }
}
