// `floodgate books`: the provider's books, recomputed from the journal. A ledger in a file it needs for itself.

import { journalLines, type Audit, type LedgerStore } from '@floodgate/tracker'
import { expectSettings, homeOf } from '../provider/home.ts'
import { count, money } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface BooksOptions {
  data: string
}

export const addBooks: AddCommand = (program, act) => {
  program
    .command('books')
    .description(
      'audit the ledger; one in a file only while the provider is not running (operator)'
    )
    .requiredOption('--data <dir>', 'directory of the provider')
    .addHelpText('after', examples('floodgate books --data ./shop'))
    .action(act((session, options: BooksOptions) => runBooks(session, options)))
}

async function runBooks({ out }: Session, { data }: BooksOptions): Promise<void> {
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  const { openLedger } = await import('../provider/ledger.ts')
  const store = await openLedger(home, { currency })
  try {
    const audit = await store.audit()
    const accounts = await accountsOf(store)
    out.tell('books', { ...audit, currency, accounts, ok: audit.faults.length === 0 })
    out.say(textOf(audit, currency, accounts))
    if (audit.faults.length > 0) {
      throw Object.assign(new Error(audit.faults.join('; ')), { code: 'books-do-not-add-up' })
    }
  } finally {
    await store.close()
  }
}

interface AccountTotals {
  account: string
  debits: bigint
  credits: bigint
}

/** Sums the journal by account: what the audit compares the kept totals with. */
async function accountsOf(store: LedgerStore): Promise<AccountTotals[]> {
  const totals = new Map<string, AccountTotals>()
  const totalOf = (account: string): AccountTotals => {
    const total = totals.get(account) ?? { account, debits: 0n, credits: 0n }
    totals.set(account, total)
    return total
  }
  for await (const { debit, credit, amountMinor } of journalLines(store)) {
    totalOf(debit).debits += amountMinor
    totalOf(credit).credits += amountMinor
  }
  return [...totals.values()]
}

function textOf(audit: Audit, currency: string, accounts: AccountTotals[]): string {
  const { debitsMinor, creditsMinor, depositsMinor, escrowMinor, postings, openPurses, faults } =
    audit
  const amount = (minor: bigint): string => money(minor, currency)
  return [
    `deposits ${amount(depositsMinor)}, in ${count(openPurses, 'open purse')} ${amount(escrowMinor)}`,
    `debits ${amount(debitsMinor)}, credits ${amount(creditsMinor)}, ${count(postings, 'posting')}`,
    ...accounts.map(({ account, debits, credits }) => {
      const balance = account === 'cash' ? debits - credits : credits - debits
      return `  ${account.padEnd(38)} ${amount(balance).padStart(16)}`
    }),
    faults.length === 0
      ? 'The books are in order.'
      : `The books are NOT in order:\n${faults.join('\n')}`
  ].join('\n')
}
