// Fills a provider's ledger quickly, past HTTP: accounts, and purchases by the thousand. What a claim needs of a purse
// (its certificate, its seed) is as the mint makes it; only the Merkle root, which no claim looks at, is random.

import {
  PROVIDER_UID,
  createSigner,
  platformCrypto as crypto,
  providerIdOf,
  purseSeed,
  toHex
} from '@floodgate/protocol'
import { createProviderKeys, type LedgerStore, type ProviderKeys } from '@floodgate/tracker'
import { CURRENCY, PRICE } from '../harness/content.ts'

const YEAR_MS = 365 * 86_400e3
/** Commands given together; a ledger in a file commits them together. */
const GROUP = 20_000
/** Buyers of the purchases that only lie there, and how many each makes of one content: it may have no more than 32 open. */
const IDLE_BUYERS = 1000
const PURSES_EACH = 30

export interface AccountWish {
  uid: Uint8Array
  signKey: Uint8Array
  boxKey: Uint8Array
}

export interface PurseWish {
  /** Uids of those who buy, in turn. */
  buyers: Uint8Array[]
  infoHash: Uint8Array
  pieces: number
  count: number
  /** Nobody will claim from these: they share one certificate, and no seed is made. */
  idle?: boolean
}

/** A purse as its buyer has it. */
export interface SoldPurse {
  purse: Uint8Array
  seed: Uint8Array
  /** Index into the buyers. */
  buyer: number
}

/** Purchases that lie in a ledger before anything is measured: nobody claims from them. */
export interface Stock {
  purchases: number
  /** Pieces of each. */
  pieces: number
  /** A ledger file that holds them. */
  path: string
}

/** Opens accounts, each with enough money for anything. */
export async function openAccounts(store: LedgerStore, accounts: AccountWish[]): Promise<void> {
  const now = Date.now()
  await Promise.all(
    accounts.map(async ({ uid, signKey, boxKey }) => {
      const id = toHex(uid)
      await store.execute({ kind: 'open', uid: id, signKey, boxKey, handle: 'bench' })
      const deposit = { id: `bench-${id}`, amountMinor: 10n ** 12n, reason: 'bench', now }
      await store.execute({ kind: 'deposit', uid: id, ...deposit })
    })
  )
}

/** Puts a content of so many pieces on sale. */
export async function publishBare(
  store: LedgerStore,
  infoHash: Uint8Array,
  pieces: number
): Promise<void> {
  const terms = { pieces, priceMinor: PRICE, currency: CURRENCY, mode: 'closed' } as const
  const torrent = new Uint8Array(0)
  await store.execute({ kind: 'publish', infoHash: toHex(infoHash), ...terms, title: '', torrent })
}

/** Buys `count` purses, by turns for each buyer. */
export async function sellPurses(
  store: LedgerStore,
  keys: ProviderKeys,
  wish: PurseWish
): Promise<SoldPurse[]> {
  const { buyers, infoHash, pieces, count, idle = false } = wish
  const certify = certifier(keys, infoHash, pieces)
  const shared = idle ? await certify(crypto.random(16), buyers[0]!) : undefined
  const sold: SoldPurse[] = []
  const master = keys.masters.at(-1)!.key
  for (let start = 0; start < count; start += GROUP) {
    const group: Promise<unknown>[] = []
    for (let at = start; at < Math.min(start + GROUP, count); at++) {
      const buyer = at % buyers.length
      const uid = buyers[buyer]!
      const purse = crypto.random(16)
      const now = Date.now()
      const names = { uid: toHex(uid), infoHash: toHex(infoHash), priceMinor: PRICE }
      const certificate = shared ?? (await certify(purse, uid))
      const times = { now, expiresAt: now + YEAR_MS }
      const purchase = { purchaseId: toHex(purse), ...names, again: true, ...times, certificate }
      group.push(store.execute({ kind: 'purchase', ...purchase }))
      if (!idle) sold.push({ purse, buyer, seed: purseSeed(crypto, master, purse, uid, infoHash) })
    }
    await Promise.all(group)
  }
  return sold
}

/** Makes the purchases by the ledger's own commands, in contents of their own. */
export async function stockLedger(
  store: LedgerStore,
  { purchases, pieces }: Pick<Stock, 'purchases' | 'pieces'>
): Promise<void> {
  // Nobody will ever open these certificates.
  const keys = await createProviderKeys(crypto, Date.now())
  const buyers = Array.from({ length: IDLE_BUYERS }, () => crypto.random(16))
  const keysOf = () => ({ signKey: crypto.random(32), boxKey: crypto.random(32) })
  await openAccounts(
    store,
    buyers.map((uid) => ({ uid, ...keysOf() }))
  )
  for (let left = purchases; left > 0; left -= IDLE_BUYERS * PURSES_EACH) {
    const content = { infoHash: crypto.random(20), pieces }
    await publishBare(store, content.infoHash, pieces)
    const count = Math.min(left, IDLE_BUYERS * PURSES_EACH)
    await sellPurses(store, keys, { ...content, buyers, count, idle: true })
  }
}

function certifier(keys: ProviderKeys, infoHash: Uint8Array, pieces: number) {
  const epoch = keys.epochs.at(-1)!
  const provider = providerIdOf(crypto, keys.rootKey)
  const signer = createSigner(crypto, crypto.signKey(epoch.signSeed), PROVIDER_UID, provider)
  const covered = { count: pieces, pieces: [0, pieces] }
  const terms = { infoHash, ...covered, price: PRICE, currency: CURRENCY }
  return (purse: Uint8Array, uid: Uint8Array): Promise<Uint8Array> => {
    const time = Date.now()
    const occasion = { counter: keys.masters.at(-1)!.id, time, expiry: time + YEAR_MS }
    const body = { uid, purse, root: crypto.random(32), ...terms, ends: occasion.expiry }
    return signer.sign('purse', body, occasion)
  }
}
