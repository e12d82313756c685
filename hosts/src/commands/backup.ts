// `floodgate backup` and `floodgate restore`: all of the ledger at one moment as a file, while the provider runs or not, and
// back again. Keys and settings are files of --data; whoever backs up the ledger copies them as well.

import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import type { LedgerStore } from '@floodgate/tracker'
import { postBackup } from '../provider/api-client.ts'
import { expectSettings, homeOf, makeHome, type Home } from '../provider/home.ts'
import { expectKeys } from '../provider/keys.ts'
import { operatorOf } from '../provider/operator.ts'
import { isThere } from '../there.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface BackupOptions {
  data: string
}
interface RestoreOptions {
  data: string
  ledger?: string
}

export const addBackup: AddCommand = (program, act) => {
  program
    .command('backup')
    .description(
      'write a backup of the ledger below --data, also while the provider runs (operator)'
    )
    .requiredOption('--data <dir>', 'directory of the provider')
    .addHelpText('after', examples('floodgate backup --data ./shop'))
    .action(act((session, options: BackupOptions) => runBackup(session, options)))
}

export const addRestore: AddCommand = (program, act) => {
  program
    .command('restore')
    .description('put a backup in the place of a ledger that is gone (operator)')
    .argument('<backup>', 'the file that floodgate backup wrote')
    .requiredOption('--data <dir>', 'directory of the provider, without a ledger')
    .option('--ledger <url>', 'postgres://… of an empty database, to keep the ledger there')
    .addHelpText(
      'after',
      examples('floodgate restore ./shop/backups/1790000000000.ledger --data ./shop')
    )
    .action(
      act((session, backup: string, options: RestoreOptions) =>
        runRestore(session, backup, options)
      )
    )
}

async function runBackup({ out }: Session, { data }: BackupOptions): Promise<void> {
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  await makeHome(home)
  const path = await writeBackup(home, currency).catch(async (error: { code?: string }) => {
    // The provider has the file for itself; then it is the one to copy it.
    if (error.code !== 'ledger-in-use') throw error
    return (await postBackup(await operatorOf(data))).path
  })
  out.tell('backup', { path }, `backup    ${path}`)
}

async function writeBackup(home: Home, currency: string): Promise<string> {
  const { openLedger } = await import('../provider/ledger.ts')
  const store = await openLedger(home, { currency })
  const path = join(home.backups, `${Date.now()}.ledger`)
  try {
    await store.backup(path)
    return path
  } finally {
    await store.close()
  }
}

/** What the operator of an older ledger has to do, and what his customers will see. */
const LOST =
  'What was booked after that is not in it: import and deposit again what came in since. Whose account is missing runs ' +
  'floodgate register again and is who he was; wallets name the purses that are lost (unknown-purse), and those that saw ' +
  'the newer log say forked-log: tell your customers what happened.'

/** When the last posting was made, Unix milliseconds; undefined when there is none. */
async function newestOf(store: LedgerStore): Promise<number | undefined> {
  const { journalLines } = await import('@floodgate/tracker')
  let newest: number | undefined
  for await (const { at } of journalLines(store)) newest = Math.max(newest ?? 0, at)
  return newest
}

async function runRestore(
  { out }: Session,
  backup: string,
  { data, ledger }: RestoreOptions
): Promise<void> {
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  const keys = await expectKeys(home)
  const { expectDatabase, openLedger } = await import('../provider/ledger.ts')
  const { tellAudit } = await import('../provider/audit.ts')
  const { restoreLedger } = await import('@floodgate/tracker')
  if (ledger !== undefined) expectDatabase(ledger)
  if (!(await isThere(backup))) throw new FloodgateError('bad-option', `${backup} is not there`)
  if (ledger === undefined && (await isThere(home.ledger))) {
    throw new FloodgateError('bad-option', `${home.ledger} is there: move it away first`)
  }
  await restoreLedger(backup, ledger ?? home.ledger, { currency })
  const store = await openLedger(home, { currency }, ledger)
  try {
    const until = await newestOf(store)
    const at = until === undefined ? '' : `, the newest of ${new Date(until).toISOString()}`
    out.tell('restored', { backup, until }, `restored  ${backup}${at}`)
    out.say(LOST)
    await tellAudit(out, store, keys, currency)
  } finally {
    await store.close()
  }
}
