// Reads what a bank says of our transfers: a status report (pain.002) or a statement (camt.053), of any version. Pure. Only
// what names an end-to-end id counts.

import { FloodgateError, codeOf } from '@floodgate/protocol'
import { moneyOf } from '../../bank/money.ts'
import { readXml, type Element } from '../../bank/xml.ts'
import type { Reconciled, Report } from '../rail.ts'

/** Throws `bad-statement` for a file that is no such report. */
export function readBankReport(text: string): Reconciled {
  const { root } = readXml(text)
  const status = root.at('CstmrPmtStsRpt')
  const statement = root.at('BkToCstmrStmt')
  if (status !== undefined) return statusOf(status)
  if (statement !== undefined) return statementOf(statement)
  throw new FloodgateError('bad-statement', 'neither a pain.002 nor a camt.053')
}

/** Words of ISO 20022 for a transfer that has arrived, and one that was refused; all others say: not yet. */
const ARRIVED: ReadonlySet<string> = new Set(['ACSC', 'ACCC'])
const REFUSED = 'RJCT'

/** A status without an end-to-end id is of the whole message; a bank that refuses one names no transfers. */
function statusOf(status: Element): Reconciled {
  const reports: Report[] = []
  for (const info of status.all('OrgnlPmtInfAndSts')) {
    const transfers = info.all('TxInfAndSts')
    // Of all of that payment info, which stands for our one batch, when it names none of its transfers.
    if (transfers.length === 0 && info.text('PmtInfSts') === REFUSED) {
      reports.push(refusedBatch(status, reasonOf(info, 'StsRsnInf')))
    }
    for (const one of transfers) {
      const payoutId = one.text('OrgnlEndToEndId')
      const word = one.text('TxSts')
      const reason = reasonOf(one, 'StsRsnInf')
      if (word === REFUSED) {
        reports.push({ payoutId, state: 'failed', reference: '', reason: reason || REFUSED })
      } else if (ARRIVED.has(word)) {
        reports.push({ payoutId, state: 'paid', reference: '', reason: '' })
      }
    }
  }
  const group = status.at('OrgnlGrpInfAndSts')
  if (group?.text('GrpSts') === REFUSED && reports.length === 0) {
    reports.push(refusedBatch(status, reasonOf(group, 'StsRsnInf')))
  }
  return { reports, unknown: [] }
}

function refusedBatch(status: Element, said: string): Report {
  const batch = status.text('OrgnlGrpInfAndSts', 'OrgnlMsgId')
  return { payoutId: batch, state: 'failed', reference: `${batch}.xml`, reason: said || REFUSED }
}

/** A debit that is booked has left; a credit that names a return has come back. */
function statementOf(statement: Element): Reconciled {
  const reports: Report[] = []
  const unknown: string[] = []
  for (const entry of statement.all('Stmt').flatMap((one) => one.all('Ntry'))) {
    // Versions differ: the word itself, or within an element.
    const booked = entry.text('Sts', 'Cd') || entry.text('Sts')
    if (booked !== 'BOOK') continue
    const transfers = entry.all('NtryDtls').flatMap((details) => details.all('TxDtls'))
    for (const one of transfers) {
      const payoutId = one.text('Refs', 'EndToEndId')
      const way = one.text('CdtDbtInd') || entry.text('CdtDbtInd')
      const isReturned = one.at('RtrInf') !== undefined
      if (payoutId === '' || payoutId === 'NOTPROVIDED') continue
      if (way === 'CRDT' && !isReturned) unknown.push(payoutId)
      else {
        const state = way === 'DBIT' ? 'paid' : 'returned'
        const reason = state === 'returned' ? reasonOf(one, 'RtrInf') || 'returned' : ''
        const reference = entry.text('AcctSvcrRef')
        // Of the transfer, or of the entry if it is the only one in it.
        const amount = one.at('Amt') ?? (transfers.length === 1 ? entry.at('Amt') : undefined)
        reports.push({ payoutId, state, reference, reason, ...minorOf(amount) })
      }
    }
  }
  return { reports, unknown }
}

/** `AC04: account closed`. */
function reasonOf(element: Element, name: string): string {
  const [info] = element.all(name)
  if (info === undefined) return ''
  const code = info.text('Rsn', 'Cd') || info.text('Rsn', 'Prtry')
  const [more] = info.all('AddtlInf')
  return [code, more?.text() ?? ''].filter((word) => word !== '').join(': ')
}

function minorOf(amount: Element | undefined): { amountMinor?: bigint } {
  if (amount === undefined) return {}
  try {
    return { amountMinor: moneyOf(amount).amountMinor }
  } catch (error) {
    if (codeOf(error) !== 'bad-statement') throw error
    return { amountMinor: -1n } // fits no payout of ours; of other business it is nobody's
  }
}
