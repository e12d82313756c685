// Reads what a bank says of our transfers: a status report (pain.002) or a statement (camt.053), of any version. Pure. Only
// what names an end-to-end id counts.

import { FloodgateError, codeOf } from '@floodgate/protocol'
import { flagOf, statusOf } from '../../bank/entry.ts'
import { moneyOf } from '../../bank/money.ts'
import { readable } from '../../bank/readable.ts'
import { readXml, type Element } from '../../bank/xml.ts'
import type { Reconciled, Report } from '../rail.ts'

/** SEPA moves nothing else. */
export const CURRENCY = 'EUR'

/** Throws `bad-statement` for a file that is no such report. */
export function readBankReport(text: string): Reconciled {
  const { root } = readXml(text)
  const status = root.at('CstmrPmtStsRpt')
  const statement = root.at('BkToCstmrStmt')
  if (status !== undefined) return readStatus(status)
  if (statement !== undefined) return readStatement(statement)
  throw new FloodgateError('bad-statement', 'neither a pain.002 nor a camt.053')
}

/** Words of ISO 20022 for where a transfer stands; a bank that says nothing says: not yet. */
const STANDS: Readonly<Record<string, 'paid' | 'failed' | 'waits'>> = {
  ...{ ACSC: 'paid', ACCC: 'paid', RJCT: 'failed', '': 'waits' },
  ...{ RCVD: 'waits', PDNG: 'waits', ACTC: 'waits', ACCP: 'waits', ACSP: 'waits', ACWC: 'waits' },
  ...{ ACWP: 'waits', ACFC: 'waits', ACIS: 'waits', ACPD: 'waits', PATC: 'waits', PRES: 'waits' },
  PART: 'waits'
}

/**
 * "We have this already" (ISO 20022, external status reasons): AM05 says it of anything, DU01 to DU05 of a message, a payment
 * info, a transaction, an end-to-end id and an instruction.
 */
const DUPLICATE: ReadonlySet<string> = new Set(['AM05', 'DU01', 'DU02', 'DU03', 'DU04', 'DU05'])

/** A status without an end-to-end id is of the whole message; a bank that refuses one names no transfers. */
function readStatus(status: Element): Reconciled {
  const reports: Report[] = []
  const unknown: string[] = []
  const batch = status.text('OrgnlGrpInfAndSts', 'OrgnlMsgId')
  /** `said`: what the word was said of, and all that is around it. */
  const take = (payoutId: string, word: string, said: Element[], reference = ''): void => {
    const state = Object.hasOwn(STANDS, word) ? STANDS[word] : undefined
    // A word that is new, or damaged: a person is to look.
    if (state === undefined) unknown.push(payoutId)
    else if (state === 'paid') reports.push({ payoutId, state, reference, reason: '' })
    // What was refused is a copy: of the first, which may be paid by now, that says nothing.
    else if (state === 'failed' && said.some(isDuplicate)) unknown.push(payoutId)
    else if (state === 'failed') {
      reports.push({ payoutId, state, reference, reason: reasonOf(said[0]!, 'StsRsnInf') || word })
    }
  }
  /** Of all that is in our one batch, and only to its end: what has arrived is said of each transfer. */
  const takeWhole = (word: string, said: Element[]): void => {
    if (STANDS[word] !== 'paid') take(batch, word, said, `${batch}.xml`)
  }
  const group = status.at('OrgnlGrpInfAndSts')
  const whole = group === undefined ? [] : [group]
  for (const info of status.all('OrgnlPmtInfAndSts')) {
    const transfers = info.all('TxInfAndSts')
    if (transfers.length === 0) takeWhole(info.text('PmtInfSts'), [info, ...whole])
    for (const one of transfers) {
      take(one.text('OrgnlEndToEndId'), one.text('TxSts'), [one, info, ...whole])
    }
  }
  // Where something was said of a part, the word for the whole adds nothing.
  if (group !== undefined && reports.length + unknown.length === 0) {
    takeWhole(group.text('GrpSts'), whole)
  }
  return { reports, unknown }
}

const isDuplicate = (element: Element): boolean =>
  element.all('StsRsnInf').some((info) => DUPLICATE.has(codeIn(info)))

/** A debit that is booked has left; a credit that names a return has come back. */
function readStatement(statement: Element): Reconciled {
  const reports: Report[] = []
  const unknown: string[] = []
  for (const entry of statement.all('Stmt').flatMap((one) => one.all('Ntry'))) {
    if (statusOf(entry) !== 'BOOK') continue
    const transfers = entry.all('NtryDtls').flatMap((details) => details.all('TxDtls'))
    for (const one of transfers) {
      const payoutId = one.text('Refs', 'EndToEndId')
      const side = one.at('CdtDbtInd') === undefined ? entry : one
      const isCredit = flagOf(side, 'CdtDbtInd', 'DBIT', 'CRDT')
      const isReturned = one.at('RtrInf') !== undefined
      if (payoutId === '' || payoutId === 'NOTPROVIDED') continue
      if (isCredit && !isReturned) unknown.push(payoutId)
      else {
        const state = isCredit ? 'returned' : 'paid'
        const reason = isCredit ? reasonOf(one, 'RtrInf') || 'returned' : ''
        const reference = readable(entry.text('AcctSvcrRef'))
        // Of the transfer, or of the entry if it is the only one in it.
        const amount = one.at('Amt') ?? (transfers.length === 1 ? entry.at('Amt') : undefined)
        reports.push({ payoutId, state, reference, reason, ...minorOf(amount) })
      }
    }
  }
  return { reports, unknown }
}

const codeIn = (info: Element): string => info.text('Rsn', 'Cd') || info.text('Rsn', 'Prtry')

/** `AC04: account closed`. */
function reasonOf(element: Element, name: string): string {
  const [info] = element.all(name)
  if (info === undefined) return ''
  const code = codeIn(info)
  const [more] = info.all('AddtlInf')
  return readable([code, more?.text() ?? ''].filter((word) => word !== '').join(': '))
}

function minorOf(amount: Element | undefined): { amountMinor?: bigint } {
  if (amount === undefined) return {}
  const odd = { amountMinor: -1n } // fits no payout of ours; of other business it is nobody's
  try {
    const { amountMinor, currency } = moneyOf(amount)
    return currency === CURRENCY ? { amountMinor } : odd
  } catch (error) {
    if (codeOf(error) !== 'bad-statement') throw error
    return odd
  }
}
