// `floodgate audit`: replays the provider's journal, proves the sums, and compares it with the log that peers hold heads of;
// names whatever was changed, to the row and field. It needs the ledger for itself, and changes nothing in it.

import { platformCrypto, toHex } from '@floodgate/protocol'
import type { LedgerStore, LogAudit, ProviderKeys } from '@floodgate/tracker'
import { expectSettings, homeOf } from '../provider/home.ts'
import { expectKeys } from '../provider/keys.ts'
import { count, money } from '../units.ts'
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
  const store = await openLedger(home, { currency })
  try {
    const { faults, ...found } = await auditAll(store, keys, currency)
    const log = found.log && {
      ...{ lines: found.log.lines, root: toHex(found.log.root) },
      head: found.log.head && { ...found.log.head, root: toHex(found.log.head.root) }
    }
    out.tell('audit', { ...found.books, currency, log, faults, ok: faults.length === 0 })
    out.say([...textOf(found, currency), verdictOf(faults)].join('\n'))
    if (faults.length > 0) {
      throw Object.assign(new Error(faults.join('; ')), { code: 'books-do-not-add-up' })
    }
  } finally {
    await store.close()
  }
}

interface Found {
  books?: { debitsMinor: bigint; creditsMinor: bigint; postings: number }
  log?: LogAudit
}

async function auditAll(
  store: LedgerStore,
  keys: ProviderKeys,
  currency: string
): Promise<Found & { faults: string[] }> {
  const { auditLog } = await import('@floodgate/tracker')
  const faults: string[] = []
  /** A file that cannot be read to its end is a finding like others. */
  const attempt = async <T extends { faults: string[] }>(audit: Promise<T>) => {
    try {
      const result = await audit
      faults.push(...result.faults)
      return result
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'store-failed') throw error
      faults.push(`file: ${(error as Error).message}`)
      return undefined
    }
  }
  const books = await attempt(store.audit())
  const log = await attempt(auditLog({ store, keys, crypto: platformCrypto, currency }))
  return { books, log, faults }
}

function textOf({ books, log }: Found, currency: string): string[] {
  const said: string[] = []
  if (books !== undefined) {
    const { debitsMinor, creditsMinor, postings } = books
    const [debits, credits] = [debitsMinor, creditsMinor].map((minor) => money(minor, currency))
    said.push(`debits ${debits}, credits ${credits}, ${count(postings, 'posting')}`)
  }
  if (log !== undefined) {
    const { lines, root, head } = log
    said.push(`log of ${count(lines, 'line')}, root ${toHex(root)}`)
    said.push(
      head === undefined
        ? 'no head was signed yet'
        : `last head: ${count(head.size, 'line')}, ${new Date(head.at).toISOString()}`
    )
  }
  return said
}

const verdictOf = (faults: string[]): string =>
  faults.length === 0
    ? 'Every line is as it was signed and adds up.'
    : `${count(faults.length, 'fault')}:\n${faults.join('\n')}`
