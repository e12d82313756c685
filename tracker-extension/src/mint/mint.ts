// What every part of the mint works with: the store, the keys, the clock and the crypto library, as arguments.

import {
  FloodgateError,
  decode,
  equal,
  toHex,
  verifySignature,
  type Crypto,
  type Header,
  type Message,
  type SignedName
} from '@floodgate/protocol'
import type { SwarmLimit } from '../court/swarm-limit.ts'
import type { Account, LedgerStore } from '../ledger/index.ts'
import type { Arrivals } from './arrivals.ts'
import type { Catalog } from './catalog.ts'
import type { MintCounters } from './counters.ts'
import type { Doorkeeper } from './doorkeeper.ts'
import type { Deliveries } from './deliveries.ts'
import type { Freshness } from './freshness.ts'
import type { Issuer } from './issuer.ts'
import type { Offers } from './offers.ts'
import type { Places } from './places.ts'
import type { SealedContents } from './sealed.ts'
import type { Statements } from './statements.ts'
import type { Strikes } from './strikes.ts'

export interface Mint {
  readonly store: LedgerStore
  readonly issuer: Issuer
  readonly crypto: Crypto
  /** Unix milliseconds. */
  readonly now: () => number
  /** The ledger's. */
  readonly currency: string
  /** How long a purse lives. */
  readonly purseLifeMs: number
  /** How long a purse certificate is good before it is to be renewed: so long a cancelled purse may still be shown. */
  readonly leaseMs: number
  /** Held beside the price of a purse until it closes, as a share of the price. */
  readonly collateral: number
  /** The sellers' part of claims, in millionths; the rest is the provider's. Without one, as the ledger keeps it. */
  readonly sellerMillionths: number | undefined
  /** How often a Floodgate peer is to announce. */
  readonly intervalSeconds: number
  readonly doorkeeper: Doorkeeper
  readonly swarmLimit: SwarmLimit
  /** Uids, in hex, that no swarm is ever too full for: the provider's own seeders. */
  readonly ownSeeders: ReadonlySet<string>
  readonly places: Places
  readonly offers: Offers
  readonly catalog: Catalog
  readonly sealed: SealedContents
  readonly freshness: Freshness
  readonly strikes: Strikes
  readonly statements: Statements
  readonly counters: MintCounters
  readonly arrivals: Arrivals
  readonly deliveries: Deliveries
  /** Of this time the part in which our own seeders of a content had rate to spare, in milliseconds. */
  readonly spareMs: (infoHash: string, from: number, until: number) => number
  /** Purses of this process whose credit waits for claims; the ledger knows all. */
  readonly owedCredits: Set<string>
  readonly court: CourtDoor
  readonly onAnnounce?: ((note: AnnounceNote) => void) | undefined
}

/** What an admitted announce says of its peer. Nobody proved it: a peer may lie about what it has. */
export interface AnnounceNote {
  /** 40 hex digits. */
  infoHash: string
  /** Names the member of the swarm: a client of an account, or of nobody's. */
  peer: string
  /** Bytes missing; Infinity if it does not say. */
  left: number
  isLeaving: boolean
  /** It was told to announce again within so many seconds; a stock client is told what the tracker's own interval is. */
  again?: number
  /** Unix milliseconds. */
  time: number
}

/** What the mint asks of the court, which stands above it. Uids and purses in hex. */
export interface CourtDoor {
  /** Throws `revoked`. */
  expectAdmitted(uid: string): Promise<void>
  /** What an announce is told: the revocation log behind `since` (empty when there is nothing new), how many notices wait. */
  word(
    uid: string,
    announce: { since: number; isLeaving: boolean }
  ): Promise<{ revocations: Uint8Array; notices: number }>
  /** Two sellers claimed the same tokens of this purse. */
  doubleSpent(purseId: string): Promise<void>
}

/** A peer's clock may be this far off where a message has to be fresh. */
export const FRESH_MS = 10 * 60e3

/** Throws `wrong-provider` when the message belongs to another network. */
export function expectOurs(mint: Pick<Mint, 'issuer'>, header: Header): void {
  if (!equal(header.provider, mint.issuer.provider)) throw new FloodgateError('wrong-provider')
}

/** Throws `clock` when the message was not signed just now. */
export function expectFresh(mint: Pick<Mint, 'now'>, header: Header): void {
  if (Math.abs(mint.now() - header.time) > FRESH_MS) throw new FloodgateError('clock')
}

/** The account of `uid`. Throws `unknown-account`. */
export async function accountOf(mint: Pick<Mint, 'store'>, uid: Uint8Array): Promise<Account> {
  const account = await mint.store.account(toHex(uid))
  if (account === undefined) throw new FloodgateError('unknown-account')
  return account
}

/**
 * Decodes a message and verifies that the account it names signed it. Throws `wrong-provider`, `unknown-account`,
 * `bad-signature` and what the codec throws.
 */
export async function readSigned<N extends SignedName>(
  mint: Pick<Mint, 'store' | 'issuer' | 'crypto'>,
  name: N,
  bytes: Uint8Array
): Promise<{ message: Message<N> & Header; account: Account }> {
  const message = decode(bytes, name).message as Message<N> & Header
  expectOurs(mint, message)
  const account = await accountOf(mint, message.signer)
  await verifySignature(mint.crypto, bytes, account.signKey)
  return { message, account }
}
