// The ledger, timed: every command and read is told with its name, its seconds and how it ended. It changes nothing on the
// way; what is called together stays together.

import type { Command, LedgerStore, OutcomeOf } from '../ledger/index.ts'

export interface LedgerObserver {
  /** A command by its kind or a read by its name begins. */
  began(operation: string): void
  ended(operation: string, seconds: number, error?: unknown): void
  executed(command: Command, outcome: OutcomeOf<Command>): void
}

type Method = (...args: unknown[]) => Promise<unknown>

/** `store`, with `observer` told of all that it does. */
export function observedStore(store: LedgerStore, observer: LedgerObserver): LedgerStore {
  const methods = Object.entries(store as unknown as Record<string, Method>)
  const observed = methods.map(([name, method]) => [name, observedMethod(name, method, observer)])
  return Object.fromEntries(observed) as LedgerStore
}

function observedMethod(name: string, method: Method, observer: LedgerObserver): Method {
  return async (...args) => {
    const command = name === 'execute' ? (args[0] as Command) : undefined
    const operation = command?.kind ?? name
    const from = performance.now()
    const end = (error?: unknown): void =>
      observer.ended(operation, (performance.now() - from) / 1000, error)
    observer.began(operation)
    try {
      const result = await method(...args)
      end()
      if (command !== undefined) observer.executed(command, result as OutcomeOf<Command>)
      return result
    } catch (error) {
      end(error)
      throw error
    }
  }
}
