// What a wallet asks its provider, the announce and the claims aside: who are you, register me, my account.

import {
  FloodgateError,
  codeOf,
  decode,
  equal,
  fromBase64url,
  openSealed,
  sealTo,
  type Body,
  type IssuedName,
  type Message,
  type SignedName,
  type Signer
} from '@floodgate/protocol'
import { Refusal, ask, jsonOf } from './http.ts'
import type { Wallet } from './wallet.ts'

/** Where all routes but the announce begin. */
export const ROUTES = '/floodgate/v1'
const ANSWER_MAX = 16 * 1024
/** A signed request is good for this long; its counter makes it good only once. */
const VALID_MS = 10 * 60e3

export interface ProviderInfo {
  rootKey: Uint8Array
  /** Newest epoch, as issued. */
  epoch: Uint8Array
  currency: string
  name: string
  /** The provider's clock, Unix milliseconds. */
  time: number
}

/** Who answers at this address. Nothing is verified: whoever pins a root key compares it. */
export async function fetchProvider(api: string): Promise<ProviderInfo> {
  const said = fieldsOf(await ask(`${api.replace(/\/+$/, '')}${ROUTES}/provider`, ANSWER_MAX))
  return {
    rootKey: said.bytes('rootKey'),
    epoch: said.bytes('epoch'),
    currency: said.text('currency'),
    name: said.text('name'),
    time: said.integer('time')
  }
}

/** Learns the provider's newest epoch. Throws `wrong-provider` when another root key answers. */
async function refreshEpoch(wallet: Wallet): Promise<void> {
  const { rootKey, epoch } = await fetchProvider(wallet.api)
  if (!equal(rootKey, wallet.rootKey)) throw new FloodgateError('wrong-provider')
  await wallet.learnEpoch(epoch)
}

/** Seals a message for the provider's eyes, to the box key of its newest epoch. Throws `unknown-issuer`. */
export async function sealForProvider(wallet: Wallet, frame: Uint8Array): Promise<Uint8Array> {
  const known = wallet.trust.newestEpoch()
  if (known === undefined || wallet.now() >= known.expiry) await refreshEpoch(wallet)
  const epoch = wallet.trust.newestEpoch()
  if (epoch === undefined) throw new FloodgateError('unknown-issuer', 'no epoch')
  return sealTo(wallet.crypto, epoch.boxKey, frame)
}

/** Verifies what the provider issued, perhaps with an epoch that is newer than ours. Throws what `Trust.issued` throws. */
export async function issuedNow<N extends IssuedName>(
  wallet: Wallet,
  name: N,
  bytes: Uint8Array
): Promise<Message<N>> {
  try {
    return await wallet.trust.issued(name, bytes, wallet.now())
  } catch (error) {
    if (codeOf(error) !== 'unknown-issuer') throw error
    await refreshEpoch(wallet)
    return await wallet.trust.issued(name, bytes, wallet.now())
  }
}

/** What the provider says when our clock is wrong; and what we find ourselves, of a certificate that is in force. */
const ITS_WORD: ReadonlySet<string> = new Set(['clock', 'replayed'])
const OURS_WRONG: ReadonlySet<string> = new Set(['not-yet-valid', 'expired'])

/** Tries again once, by the provider's clock, when it found ours wrong (F85). */
export async function byItsClock<T>(wallet: Wallet, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    const said = error instanceof Refusal ? error : undefined
    const codes = said === undefined ? OURS_WRONG : ITS_WORD
    if (!codes.has(codeOf(error))) throw error
    wallet.setProviderTime(said?.time ?? (await fetchProvider(wallet.api)).time)
    return await attempt()
  }
}

/** Signs a request to the provider as of now. `session`: which purchase or claim. */
export function signRequest<N extends SignedName>(
  wallet: Wallet,
  name: N,
  body: Body<N>,
  { session, signer = wallet.signer }: { session?: Uint8Array; signer?: Signer } = {}
): Promise<Uint8Array> {
  const counter = wallet.nextCounter()
  const time = wallet.now()
  return signer.sign(name, body, { session, counter, time, expiry: time + VALID_MS })
}

/**
 * Registers the wallet's keys, or asks for the certificate once more. `payment` says how the account pays
 * (F16). Resolves when the certificate is verified and durable.
 */
export function register(wallet: Wallet, payment: string): Promise<void> {
  return byItsClock(wallet, async () => {
    const { newcomer: signer, boxKey } = wallet
    const keys = { signKey: signer.publicKey, boxKey, payment }
    const frame = await signRequest(wallet, 'register', keys, { signer })
    const sealed = await ask(`${wallet.api}${ROUTES}/register`, ANSWER_MAX, frame)
    const plain = openSealed(wallet.crypto, wallet.boxSecret, sealed)
    const { uid, certificate, epoch } = decode(plain, 'registered').message
    await wallet.acceptRegistration(uid, certificate, epoch)
  })
}

/**
 * Has the certificate issued anew, with the same keys, when it ends soon: itself, or with the epoch that signed it. True
 * when it now ends later; false when there is nothing to do, as a rule, or the provider has no later epoch yet.
 */
export async function renew(wallet: Wallet): Promise<boolean> {
  if (!wallet.registered || wallet.now() < wallet.renewalDue) return false
  const before = wallet.renewalDue
  await register(wallet, '')
  return wallet.renewalDue > before
}

/** Amounts in minor units of `currency`. */
export interface AccountAnswer {
  uid: string
  balance: bigint
  currency: string
  /** Came in from outside. */
  deposited: bigint
  escrow: bigint
  earned: bigint
  spent: bigint
}

/** The account as the provider keeps it. */
export function account(wallet: Wallet): Promise<AccountAnswer> {
  return byItsClock(wallet, async () => {
    const frame = await signRequest(wallet, 'accountRequest', { what: 'account' })
    const said = fieldsOf(await ask(`${wallet.api}${ROUTES}/account`, ANSWER_MAX, frame))
    return {
      uid: said.text('uid'),
      balance: said.amount('balance'),
      currency: said.text('currency'),
      deposited: said.amount('deposited'),
      escrow: said.amount('escrow'),
      earned: said.amount('earned'),
      spent: said.amount('spent')
    }
  })
}

/** Reads the fields of a JSON answer; what is missing or odd is `bad-field` with its name. */
export const fieldsOf = (body: Uint8Array) => fieldsIn(jsonOf(body))

/** As `fieldsOf`, of an answer or a part of one that was parsed. */
export function fieldsIn(json: Record<string, unknown> | null | undefined) {
  const text = (name: string): string => {
    const value = json?.[name]
    if (typeof value !== 'string') throw new FloodgateError('bad-field', name)
    return value
  }
  return {
    text,
    bytes(name: string): Uint8Array {
      const bytes = fromBase64url(text(name))
      if (bytes === undefined) throw new FloodgateError('bad-field', name)
      return bytes
    },
    amount(name: string): bigint {
      if (!/^-?\d{1,19}$/.test(text(name))) throw new FloodgateError('bad-field', name)
      return BigInt(text(name))
    },
    integer(name: string): number {
      const value = json?.[name]
      if (!Number.isSafeInteger(value)) throw new FloodgateError('bad-field', name)
      return value as number
    }
  }
}
