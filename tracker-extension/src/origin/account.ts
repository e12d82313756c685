// The account that sales by HTTP go to. It is the provider's own.

import type { Mint } from '../mint/mint.ts'
import { ORIGIN_UID } from './paid.ts'

/** Opens it once for a process, before its first sale; what failed is tried again. */
export function accountOpener({
  issuer,
  store,
  now
}: Pick<Mint, 'issuer' | 'store' | 'now'>): () => Promise<void> {
  const open = async (): Promise<void> => {
    // It has the root key. Nothing is ever sealed to it.
    const keys = { signKey: issuer.rootKey, boxKey: issuer.rootKey }
    await store.execute({ kind: 'open', uid: ORIGIN_UID, ...keys, handle: 'web origin' })
    await store.execute({ kind: 'ownAccount', uid: ORIGIN_UID, now: now() })
  }
  let opened: Promise<void> | undefined
  return () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    }))
}
