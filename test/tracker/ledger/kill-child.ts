// Writes to a ledger without end and prints a line for each outcome it was given. The test kills it.
import { sqliteLedger } from '../../../tracker-extension/src/ledger/index.ts'
import { chainOf, sellers, tell } from './kill-work.ts'
import { openAccount } from './script.ts'

const [path = '', cycleText = '0'] = process.argv.slice(2)
const cycle = Number(cycleText)
const store = await sqliteLedger(path, { currency: 'EUR' })
for (const uid of ['alice', ...sellers]) await openAccount(store, uid)

let chains = 0
async function work(): Promise<void> {
  for (;;) {
    const n = chains++
    for (const [step, command] of chainOf(cycle, n).entries()) {
      await store.execute(command)
      tell(`${n} ${step}`)
    }
  }
}
try {
  await Promise.all(Array.from({ length: 16 }, work))
} catch (error) {
  tell(`failed ${(error as { code: string }).code}`)
}
