// Columns of the tables of promises; schema.ts makes SQL of them.
import type { PromiseTables } from './promise-rows.ts'
import type { Layout } from './schema.ts'

export const promiseSchema: { [T in keyof PromiseTables]: Layout<PromiseTables[T]> } = {
  measurement: {
    wide: false,
    columns: {
      uid: 'text',
      body: 'blob',
      missed: 'text',
      excuse: 'text',
      percent: 'number',
      paid: 'number',
      state: 'text',
      creditMinor: 'amount',
      coveredMinor: 'amount',
      at: 'number',
      changedAt: 'number'
    }
  },
  owedCredit: { wide: false, columns: { at: 'number' } },
  ownAccount: { wide: false, columns: { at: 'number' } }
}
