// The provider's keys in its directory.

import { platformCrypto } from '@floodgate/protocol'
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
