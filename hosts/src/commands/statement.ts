// `floodgate statement`: the provider's journal as a statement of one account or of all. A ledger in a file it needs for itself.

import { FloodgateError } from '@floodgate/protocol'
import { expectSettings, homeOf } from '../provider/home.ts'
import { titlesIn, writeLedger } from '../statement/of-ledger.ts'
import { EVER, Statement, type Period } from '../statement/statement.ts'
import { StatementWriter } from '../statement/write.ts'
import { expectUid, parseDays } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface StatementOptions {
  data: string
  uid?: string
  month?: Period
  csv?: boolean
}

export const addStatement: AddCommand = (program, act) => {
  program
    .command('statement')
    .description(
      'every entry of every account, or of one; with a ledger in a file only while the provider is not running (operator)'
    )
    .requiredOption('--data <dir>', 'directory of the provider')
    .option('--uid <uid>', 'of this account only: 32 hex digits')
    .option('--month <month>', 'of this month only, such as 2026-11 (or a day)', parseDays)
    .option('--csv', 'for spreadsheets')
    .addHelpText(
      'after',
      examples('floodgate statement --data ./shop --month 2026-11 --csv > november.csv')
    )
    .action(act((session, options: StatementOptions) => runStatement(session, options)))
}

async function runStatement(
  { out }: Session,
  { data, uid, month = EVER, csv = false }: StatementOptions
): Promise<void> {
  if (uid !== undefined) expectUid(uid)
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  const { openLedger } = await import('../provider/ledger.ts')
  const store = await openLedger(home, { currency })
  try {
    if (uid !== undefined && (await store.account(uid)) === undefined) {
      throw new FloodgateError('unknown-account', uid)
    }
    const statement = new Statement(month, Date.now(), uid && `peer:${uid}`)
    const { ofAll } = statement
    const writer = new StatementWriter(out, { currency, csv, titleOf: titlesIn(store), ofAll })
    await writeLedger(store, statement, writer)
  } finally {
    await store.close()
  }
}
