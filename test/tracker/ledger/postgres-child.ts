// One of several processes that write to one PostgreSQL ledger without end. It prints a line for each outcome it was
// given, and repeats a command whose outcome is unknown because the database was gone. The test kills it.
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Command,
  LedgerError,
  type LedgerStore,
  postgresLedger
} from '../../../tracker-extension/src/ledger/index.ts'
import { chainOf, tell } from './kill-work.ts'

const [url = '', processText = '0'] = process.argv.slice(2)
/** Chains of cycle 0 are worked on by all processes at once, with the same ids. */
const cycles = [0, Number(processText)]

async function untilBack<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act()
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'store-failed') throw error
      // A database that is being started says at once that it cannot yet.
      await sleep(20)
    }
  }
}

async function run(store: LedgerStore, cycle: number, n: number): Promise<void> {
  for (const [step, command] of chainOf(cycle, n).entries()) {
    await untilBack(() => store.execute<Command>(command))
    tell(`${cycle} ${n} ${step}`)
  }
}

const store = await untilBack(() => postgresLedger(url, { currency: 'EUR' }))
await Promise.all(
  Array.from({ length: 16 }, async (_, worker) => {
    for (let n = worker; ; n += 16) for (const cycle of cycles) await run(store, cycle, n)
  })
)
