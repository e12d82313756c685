// Writes the entries of a statement: as CSV (RFC 4180) for spreadsheets, or in lines for people.

import { stringify } from 'csv-stringify/sync'
import type { Output } from '../output.ts'
import { decimalOf } from '@floodgate/protocol'
import { money, short } from '../units.ts'
import type { Entry } from './statement.ts'

const COLUMNS = 'date,kind,reference,content,account,amount,balance,currency,reason'.split(',')
/** `peer:` and a uid, and a space. */
const ACCOUNT_WIDTH = 38

/**
 * A text that a spreadsheet takes for text: one that begins like a formula would be carried out, and titles and ids are made by
 * others. Amounts are ours, and may begin with a minus.
 */
export const defused = (text: string): string =>
  /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text

export interface WriteOptions {
  currency: string
  csv: boolean
  /** The title of the content that a purse is for; empty when it is not known. */
  titleOf: (purse: string) => Promise<string>
  /** Is it of several accounts, so that people are to read of which an entry is? */
  ofAll?: boolean
}

export class StatementWriter {
  readonly #out: Output
  readonly #options: WriteOptions

  constructor(out: Output, options: WriteOptions) {
    this.#out = out
    this.#options = options
    if (options.csv) out.say(csvLine(COLUMNS))
  }

  /** Entries of one posting; `reason` says why it was posted, if that is known. */
  async write(entries: readonly Entry[], reason = ''): Promise<void> {
    // What an account stood at before, which may be among them, is of no posting.
    for (const entry of entries) await this.#writeOne(entry, entry.ref === '' ? '' : reason)
  }

  /** Not in CSV: there a sum would be one more row to be summed up. */
  writeSums({ cashMinor, accountsMinor }: { cashMinor: bigint; accountsMinor: bigint }): void {
    const { currency, csv } = this.#options
    const [cash, accounts] = [cashMinor, accountsMinor].map((minor) => money(minor, currency))
    const text = `cash stands at ${cash}, all other accounts together at ${accounts}`
    this.#out.tell('sums', { cashMinor, accountsMinor, currency }, csv ? undefined : text)
  }

  async #writeOne(entry: Entry, reason: string): Promise<void> {
    const { currency, csv, titleOf, ofAll } = this.#options
    const { at, kind, ref, purse, account, amountMinor, balanceMinor } = entry
    const content = purse === '' ? '' : await titleOf(purse)
    const date = new Date(at).toISOString()
    const [amount, balance] = [amountMinor, balanceMinor].map((minor) => decimalOf(minor, currency))
    const texts = [kind, ref, content, account].map(defused)
    const whose = ofAll === true ? account.padEnd(ACCOUNT_WIDTH) : ''
    const about = [short(ref), content, reason].filter((text) => text !== '').join('  ')
    const line = csv
      ? csvLine([date, ...texts, amount!, balance!, currency, defused(reason)])
      : `${date.slice(0, 16)}  ${kind.padEnd(10)} ${whose}${money(amountMinor, currency).padStart(14)} ${money(balanceMinor, currency).padStart(14)}  ${about}`
    const amounts = { amount: amountMinor, balance: balanceMinor, currency }
    this.#out.tell('entry', { at, kind, ref, content, reason, account, ...amounts }, line)
  }
}

/** Without the line's end, which comes with being said; the carriage return before it is the format's. */
const csvLine = (cells: string[]): string => `${stringify([cells], { eof: false })}\r`
