// Writes to a ledger without end and prints a line for each outcome it was given. The test kills it.
import { writeSync } from 'node:fs'
import { sqliteLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { chainOf, sellers } from './kill-work.ts'
import { commandOf, openAccount } from './script.ts'

const [path = '', cycleText = '0'] = process.argv.slice(2)
const cycle = Number(cycleText)
const store = await sqliteLedger(path, { currency: 'EUR' })
for (const uid of ['alice', ...sellers]) await openAccount(store, uid)
await store.execute(commandOf('publish film 8 10'))

let chains = 0
async function work(): Promise<void> {
  for (;;) {
    const n = chains++
    for (const [step, command] of chainOf(cycle, n).entries()) {
      await store.execute(command)
      // Synchronous: a line that was written is not lost with the process.
      writeSync(1, `${n} ${step}\n`)
    }
  }
}
try {
  await Promise.all(Array.from({ length: 16 }, work))
} catch (error) {
  writeSync(1, `failed ${(error as { code: string }).code}\n`)
}
