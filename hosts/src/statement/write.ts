// Writes the entries of a statement: as CSV (RFC 4180) for spreadsheets, or in lines for people.

import { stringify } from 'csv-stringify/sync'
import type { Output } from '../output.ts'
import { decimalOf } from '@floodgate/protocol'
import { money, short } from '../units.ts'
import type { Entry } from './statement.ts'

const COLUMNS = ['date', 'kind', 'reference', 'content', 'account', 'amount', 'balance', 'currency']

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
}

export class StatementWriter {
  readonly #out: Output
  readonly #options: WriteOptions

  constructor(out: Output, options: WriteOptions) {
    this.#out = out
    this.#options = options
    if (options.csv) out.say(csvLine(COLUMNS))
  }

  async write(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) await this.#writeOne(entry)
  }

  async #writeOne(entry: Entry): Promise<void> {
    const { currency, csv, titleOf } = this.#options
    const { at, kind, ref, purse, account, amountMinor, balanceMinor } = entry
    const content = purse === '' ? '' : await titleOf(purse)
    const date = new Date(at).toISOString()
    const [amount, balance] = [amountMinor, balanceMinor].map((minor) => decimalOf(minor, currency))
    const texts = [kind, ref, content, account].map(defused)
    const line = csv
      ? csvLine([date, ...texts, amount!, balance!, currency])
      : `${date.slice(0, 16)}  ${kind.padEnd(10)} ${money(amountMinor, currency).padStart(14)} ${money(balanceMinor, currency).padStart(14)}  ${short(ref)}  ${content}`
    const fields = { at, kind, ref, content, account, amount: amountMinor, balance: balanceMinor }
    this.#out.tell('entry', { ...fields, currency }, line)
  }
}

/** Without the line's end, which comes with being said; the carriage return before it is the format's. */
const csvLine = (cells: string[]): string => `${stringify([cells], { eof: false })}\r`
