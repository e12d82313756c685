// The ledger, watched: every command that the books took is told, so that the operator sees a line for it. It changes
// nothing on the way.

import type { Command, LedgerStore, OutcomeOf } from '@floodgate/tracker'

export type Watcher = <C extends Command>(command: C, outcome: OutcomeOf<C>) => void

/** `store` with every executed command told to `watch` afterwards. */
export function watchedStore(store: LedgerStore, watch: Watcher): LedgerStore {
  return {
    ...store,
    async execute(command) {
      const outcome = await store.execute(command)
      watch(command, outcome)
      return outcome
    }
  }
}
