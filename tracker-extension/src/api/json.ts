// The routes that speak JSON to people and tools: the list of contents, and the operator's two acts. Amounts are decimal
// text in minor units.

import { FloodgateError, fromUtf8 } from '@floodgate/protocol'
import type { Mint } from '../mint/mint.ts'
import { deposit, publish } from '../mint/publish.ts'
import type { Ask, Desk } from './desk.ts'

export interface ContentJson {
  infoHash: string
  name: string
  pieces: number
  /** Bytes. */
  pieceLength: number
  /** Of one piece. */
  price: string
  currency: string
  mode: 'closed' | 'open'
}

export async function contentsJson({ catalog }: Mint): Promise<ContentJson[]> {
  const contents = await catalog.list()
  return contents.map(({ infoHash, title, pieces, pieceLength, priceMinor, currency, mode }) => ({
    ...{ infoHash, name: title, pieces, pieceLength },
    ...{ price: String(priceMinor), currency, mode }
  }))
}

/** Publishes the torrent file in the body. */
export async function publishJson({ mint }: Desk, { body }: Ask): Promise<ContentJson> {
  const { store, crypto, issuer, currency } = mint
  const published = await publish({ store, crypto, rootKey: issuer.rootKey, currency }, body)
  const { infoHash, name, pieces, pieceLength, priceMinor, mode } = published
  mint.catalog.forget(infoHash)
  mint.counters.contents++
  return { infoHash, name, pieces, pieceLength, price: String(priceMinor), currency, mode }
}

/** Each field of a deposit with its form. */
const DEPOSIT = {
  uid: /^[0-9a-f]{32}$/,
  amount: /^[1-9]\d{0,18}$/,
  reason: /^[^\0]{0,256}$/,
  id: /^[\x21-\x7e]{1,128}$/
} as const

/** Books the deposit in the body: `{ uid, amount, reason, id }`, all text. */
export async function depositJson({ mint }: Desk, { body }: Ask): Promise<object> {
  const { uid, amount, reason, id } = readDeposit(body)
  await deposit(mint.store, uid, BigInt(amount), reason, id, mint.now())
  mint.counters.deposits++
  const account = await mint.store.account(uid)
  return { uid, amount, id, balance: String(account?.balanceMinor ?? 0n) }
}

function readDeposit(body: Uint8Array): Record<keyof typeof DEPOSIT, string> {
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(body) ?? '')
  } catch {
    throw new FloodgateError('bad-request', 'JSON')
  }
  const fields = (value ?? {}) as Record<string, unknown>
  const read = (name: keyof typeof DEPOSIT): string => {
    const text = fields[name]
    if (typeof text === 'string' && DEPOSIT[name].test(text)) return text
    throw new FloodgateError('bad-request', name)
  }
  return { uid: read('uid'), amount: read('amount'), reason: read('reason'), id: read('id') }
}
