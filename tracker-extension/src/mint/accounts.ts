// Opens accounts (F16–F20) and tells their owners how they stand.

import {
  FloodgateError,
  ROLE,
  decode,
  encode,
  equal,
  fromHex,
  sealTo,
  toHex,
  verifySignature,
  type Message
} from '@floodgate/protocol'
import { expectFresh, expectOurs, readSigned, type Mint } from './mint.ts'

const CERTIFICATE_LIFE_MS = 90 * 24 * 3600e3

/** An account's standing. Amounts in minor units as decimal text: JSON numbers end at 2^53. */
export interface AccountAnswer {
  /** 32 hex digits. */
  uid: string
  currency: string
  balance: string
  /** Came in from outside, by whatever way. */
  deposited: string
  /** Held for purses that are still open. */
  escrow: string
  /** Received for pieces. */
  earned: string
  /** Gone to sellers. */
  spent: string
  /** The provider's clock, Unix milliseconds. */
  time: number
}

/**
 * Opens an account for the keys in a `register` message, or finds the one that the sign key has. Answers a `registered`
 * message sealed to the box key, so that it is of use only to whoever owns both keys. One key gets one uid: who registers
 * again after the ledger lost his account is who he was to his sellers and buyers. Throws `bad-key`,
 * `bad-signature`, `wrong-provider`, `conflict` (the account has another box key) and what the codec throws.
 */
export async function register(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { crypto, issuer, store } = mint
  const { message } = decode(bytes, 'register')
  expectOurs(mint, message)
  if (!crypto.isSignKey(message.signKey) || !crypto.isBoxKey(message.boxKey)) {
    throw new FloodgateError('bad-key')
  }
  await verifySignature(crypto, bytes, message.signKey)
  const { signKey, boxKey } = message
  const known = await store.accountByKey(signKey)
  const opening = { uid: toHex(issuer.uidOf(signKey)), signKey, boxKey, handle: message.payment }
  const { uid } = known ?? (await store.execute({ kind: 'open', ...opening }))
  const account = await store.account(uid)
  if (account === undefined || !equal(account.boxKey, boxKey)) {
    throw new FloodgateError('conflict', 'the account has another box key')
  }
  const now = mint.now()
  const certificate = await issuer.sign(
    'certificate',
    { uid: fromHex(uid), signKey, boxKey, roles: ROLE.buyer | ROLE.seller, serial: now },
    { time: now, expiry: now + CERTIFICATE_LIFE_MS }
  )
  const registered: Message<'registered'> = {
    uid: fromHex(uid),
    certificate,
    epoch: issuer.epochAt(now).frame
  }
  mint.counters.registrations++
  if (known === undefined) mint.arrivals.note(now)
  return sealTo(crypto, boxKey, encode('registered', registered))
}

/**
 * Answers a fresh `accountRequest` of the account's owner. Throws `clock`, `replayed` and what `readSigned` throws.
 */
export async function accountStanding(mint: Mint, bytes: Uint8Array): Promise<AccountAnswer> {
  const { message, account } = await readSigned(mint, 'accountRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} account`, message, mint.now())
  const { deposited, escrow, earned, spent } = await mint.statements.of(account.uid)
  return {
    uid: account.uid,
    currency: mint.currency,
    balance: String(account.balanceMinor),
    deposited: String(deposited),
    escrow: String(escrow),
    earned: String(earned),
    spent: String(spent),
    time: mint.now()
  }
}
