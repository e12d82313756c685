// The provider's keys: one root that certifies epoch keys, epoch keys that sign and open everything else, and
// master keys from which the seeds of purses follow. Pure: what is made here, a host stores (keys-json.ts).

import {
  FloodgateError,
  PROVIDER_UID,
  createSigner,
  platformCrypto,
  providerIdOf,
  type Crypto
} from '@floodgate/protocol'

const DAY_MS = 24 * 3600e3
/** Every so often a new epoch is due (design §3). */
export const EPOCH_LIFE_MS = 90 * DAY_MS
/** So long an epoch outlives the day on which its successor is due. */
export const EPOCH_OVERLAP_MS = 7 * DAY_MS

/** A signing and a box key that the root certified for a time. Times are Unix milliseconds. */
export interface EpochKeys {
  /** Seed of the Ed25519 key, 32 bytes. */
  signSeed: Uint8Array
  /** X25519 secret, 32 bytes; claims are sealed to its public key. */
  boxSecret: Uint8Array
  /** Rises with every epoch, from 1. */
  serial: number
  notBefore: number
  notAfter: number
  /** The `epoch` message, signed by the root. */
  frame: Uint8Array
}

/** The seeds of purses follow from a master key; a purse certificate names its id in the header's counter. */
export interface MasterKey {
  id: number
  /** 32 bytes. */
  key: Uint8Array
}

export interface ProviderKeys {
  /** Ed25519 public key, 32 bytes: pinned in every torrent of this provider. */
  rootKey: Uint8Array
  /** Its seed; absent where the root is kept offline, and then no epoch can be renewed. */
  rootSecret?: Uint8Array
  /** By rising serial. */
  epochs: EpochKeys[]
  /** By rising id. New purses use the last; none is ever taken away while purses live that name it. */
  masters: MasterKey[]
}

async function makeEpoch(
  crypto: Crypto,
  rootSecret: Uint8Array,
  serial: number,
  notBefore: number
): Promise<EpochKeys> {
  const root = crypto.signKey(rootSecret)
  const signer = createSigner(crypto, root, PROVIDER_UID, providerIdOf(crypto, root.publicKey))
  const signSeed = crypto.random(32)
  const boxSecret = crypto.random(32)
  const notAfter = notBefore + EPOCH_LIFE_MS + EPOCH_OVERLAP_MS
  const frame = await signer.sign(
    'epoch',
    {
      signKey: crypto.signKey(signSeed).publicKey,
      boxKey: crypto.boxPublicKey(boxSecret),
      serial
    },
    { time: notBefore, expiry: notAfter }
  )
  return { signSeed, boxSecret, serial, notBefore, notAfter, frame }
}

/** A new provider: a root, the first epoch from `now` on, the first master key. */
export async function createProviderKeys(
  crypto: Crypto = platformCrypto,
  now = Date.now()
): Promise<ProviderKeys> {
  const rootSecret = crypto.random(32)
  return {
    rootKey: crypto.signKey(rootSecret).publicKey,
    rootSecret,
    epochs: [await makeEpoch(crypto, rootSecret, 1, now)],
    masters: [{ id: 1, key: crypto.random(32) }]
  }
}

/**
 * The keys with a further epoch, in use from `notBefore` on (which may lie ahead: an offline root can certify several
 * epochs in one sitting), and a further master key, in use at once. Throws `bad-option` when the root secret is absent.
 */
export async function renewEpoch(
  crypto: Crypto,
  keys: ProviderKeys,
  notBefore: number
): Promise<ProviderKeys> {
  if (keys.rootSecret === undefined) {
    throw new FloodgateError('bad-option', 'the root secret is offline')
  }
  const serial = keys.epochs.at(-1)!.serial + 1
  const epoch = await makeEpoch(crypto, keys.rootSecret, serial, notBefore)
  const master = { id: keys.masters.at(-1)!.id + 1, key: crypto.random(32) }
  return { ...keys, epochs: [...keys.epochs, epoch], masters: [...keys.masters, master] }
}

/** The keys as the machine that faces the network should have them. */
export function withoutRootSecret(keys: ProviderKeys): ProviderKeys {
  const { rootKey, epochs, masters } = keys
  return { rootKey, epochs, masters }
}
