// The routes that speak JSON to people and tools: the list of contents, and the operator's acts. Amounts are decimal
// text in minor units.

import { join } from 'node:path'
import { FloodgateError, fromUtf8 } from '@floodgate/protocol'
import type { Mint } from '../mint/mint.ts'
import { revokeByHand } from '../court/operator.ts'
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
export async function publishJson(
  { mint }: Pick<Desk, 'mint'>,
  { body }: Pick<Ask, 'body'>
): Promise<ContentJson> {
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

export interface DepositJson {
  uid: string
  amount: string
  id: string
  /** False if it was booked before: nothing moved. */
  booked: boolean
  /** Of the account, now. */
  balance: string
}

/** Books the deposit in the body: `{ uid, amount, reason, id }`, all text. */
export async function depositJson({ mint }: Desk, { body }: Ask): Promise<DepositJson> {
  const { uid, amount, reason, id } = readFields(body, DEPOSIT)
  const booked = await deposit(mint.store, uid, BigInt(amount), reason, id, mint.now())
  if (booked) mint.counters.deposits++
  const account = await mint.store.account(uid)
  return { uid, amount, id, booked, balance: String(account?.balanceMinor ?? 0n) }
}

/** What the operator's lift did. */
export interface LiftJson {
  uid: string
  /** False if the account was not revoked. */
  lifted: boolean
  /** Of the revocation log, now. */
  version: number
}

/** Lifts the revocation of the account in the body, `{ uid }`, and forgives its strikes. */
export async function liftJson({ court }: Desk, { body }: Ask): Promise<LiftJson> {
  const { uid } = readFields(body, { uid: DEPOSIT.uid })
  if ((await court.store.account(uid)) === undefined) throw new FloodgateError('unknown-account')
  const lifted = await court.revocations.lift(uid, 'operator', true)
  return { uid, lifted, version: await court.revocations.version() }
}

/** Revokes the account in the body, `{ uid }`, for 90 days: a key that was stolen, or what the signals showed a person. */
export async function revokeJson({ court }: Desk, { body }: Ask): Promise<object> {
  const { uid } = readFields(body, { uid: DEPOSIT.uid })
  if ((await court.store.account(uid)) === undefined) throw new FloodgateError('unknown-account')
  await revokeByHand(court, uid)
  return { uid, version: await court.revocations.version() }
}

/** Where a backup of the ledger lies. */
export interface BackupJson {
  path: string
}

/** Writes a backup of the ledger, named by the time. Throws `not-found` where no place for backups was given. */
export async function backupJson({ mint, backups }: Desk): Promise<BackupJson> {
  if (backups === undefined) throw new FloodgateError('not-found', 'no folder for backups')
  const path = join(backups, `${mint.now()}.ledger`)
  await mint.store.backup(path)
  return { path }
}

/** Texts of these forms out of a JSON object. Throws `bad-request` naming the first that is wrong. */
export function readFields<Name extends string>(
  body: Uint8Array,
  forms: Readonly<Record<Name, RegExp>>
): Record<Name, string> {
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(body) ?? '')
  } catch {
    throw new FloodgateError('bad-request', 'JSON')
  }
  const fields = (value ?? {}) as Record<string, unknown>
  const read: Partial<Record<Name, string>> = {}
  for (const [name, form] of Object.entries(forms) as [Name, RegExp][]) {
    const text = fields[name]
    if (typeof text !== 'string' || !form.test(text)) throw new FloodgateError('bad-request', name)
    read[name] = text
  }
  return read as Record<Name, string>
}
