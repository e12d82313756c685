// Where a wallet lies. A storage keeps one state, for one owner at a time.

import type { WalletState } from './state.ts'

/**
 * Duties beyond the signatures: `load` takes the storage for this owner (`wallet-in-use` when another has
 * it) and throws `wallet-damaged` rather than invent a state; `save` resolves when the state is durable, so
 * that it survives a power cut, and after any crash `load` gives one whole state, the last saved or the one
 * that was being saved; nothing is overwritten that could not be read. After `close`, another may load.
 */
export interface WalletStorage {
  load(): Promise<WalletState | undefined>
  save(state: WalletState): Promise<void>
  close(): Promise<void>
}

/** Keeps the state as long as the object lives: for tests and for visits that leave nothing behind. */
export function memoryStorage(): WalletStorage {
  let kept: WalletState | undefined
  return {
    load: async () => structuredClone(kept),
    save: async (state) => {
      kept = structuredClone(state)
    },
    close: async () => undefined
  }
}
