// `floodgate audit`: replays the provider's journal, proves the sums, and compares it with the log that peers hold heads of;
// names whatever was changed, to the row and field. It needs the ledger for itself, and changes nothing in it.

import { expectSettings, homeOf } from '../provider/home.ts'
import { expectKeys } from '../provider/keys.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface AuditOptions {
  data: string
}

export const addAudit: AddCommand = (program, act) => {
  program
    .command('audit')
    .description(
      'replay the journal of a provider that is not running, and name every byte that is not as it was written (operator)'
    )
    .requiredOption('--data <dir>', 'directory of the provider')
    .addHelpText('after', examples('floodgate audit --data ./shop'))
    .action(act((session, options: AuditOptions) => runAudit(session, options)))
}

async function runAudit({ out }: Session, { data }: AuditOptions): Promise<void> {
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  const keys = await expectKeys(home)
  const { openLedger } = await import('../provider/ledger.ts')
  const { tellAudit } = await import('../provider/audit.ts')
  const store = await openLedger(home, { currency })
  try {
    await tellAudit(out, store, keys, currency)
  } finally {
    await store.close()
  }
}
