// The provider's keys in its directory.

import { FloodgateError, platformCrypto } from '@floodgate/protocol'
import {
  createProviderKeys,
  providerKeysFromJson,
  providerKeysToJson,
  type ProviderKeys
} from '@floodgate/tracker'
import { readIfThere, writePrivate, type Home } from './home.ts'

/** The provider's keys; made at the first start. Call it only while the ledger is ours. */
export async function loadKeys(home: Home): Promise<ProviderKeys> {
  const text = await readIfThere(home.keys)
  if (text !== undefined) return providerKeysFromJson(platformCrypto, text)
  const keys = await createProviderKeys(platformCrypto, Date.now())
  await writePrivate(home.keys, `${providerKeysToJson(keys)}\n`)
  return keys
}

/** The keys of a provider that ran here at least once. Throws `bad-option` otherwise. */
export async function expectKeys(home: Home): Promise<ProviderKeys> {
  const text = await readIfThere(home.keys)
  if (text === undefined) throw new FloodgateError('bad-option', `there is no ${home.keys}`)
  return providerKeysFromJson(platformCrypto, text)
}
