// Reads what a bank says of our transfers: a status report (pain.002) or a statement (camt.053), of any version. Pure. Only
// what names an end-to-end id counts.

import { FloodgateError } from '@floodgate/protocol'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { Reconciled, Report } from '../rail.ts'
import { parseMoney } from '../words.ts'

type Node = { [name: string]: Node | Node[] | string | undefined }

const parser = new XMLParser({
  ...{ ignoreAttributes: false, parseTagValue: false, removeNSPrefix: true }
})

/** All elements on a path; elements that repeat are walked one by one. */
function at(node: Node | string | undefined, ...path: string[]): (Node | string)[] {
  if (node === undefined) return []
  const [name, ...rest] = path
  if (name === undefined) return [node]
  if (typeof node === 'string') return []
  const child = node[name]
  return (Array.isArray(child) ? child : [child]).flatMap((one) => at(one, ...rest))
}

const textAt = (node: Node | string, ...path: string[]): string => {
  const [found] = at(node, ...path)
  return typeof found === 'string' ? found : String(found?.['#text'] ?? '')
}

/** Throws `bad-request` for a file that is no such report. */
export function readBankReport(text: string): Reconciled {
  if (/<!DOCTYPE/i.test(text)) throw new FloodgateError('bad-request', 'a DOCTYPE')
  if (XMLValidator.validate(text) !== true) throw new FloodgateError('bad-request', 'XML')
  const { Document: document } = parser.parse(text) as { Document?: Node }
  const [status] = at(document, 'CstmrPmtStsRpt')
  const [statement] = at(document, 'BkToCstmrStmt')
  if (status !== undefined) return statusOf(status)
  if (statement !== undefined) return statementOf(statement)
  throw new FloodgateError('bad-request', 'neither a pain.002 nor a camt.053')
}

/** Words of ISO 20022 for a transfer that has arrived, and one that was refused; all others say: not yet. */
const ARRIVED: ReadonlySet<string> = new Set(['ACSC', 'ACCC'])
const REFUSED = 'RJCT'

/** A status without an end-to-end id is of the whole message; a bank that refuses one names no transfers. */
function statusOf(status: Node | string): Reconciled {
  const reports: Report[] = []
  const unknown: string[] = []
  for (const info of at(status, 'OrgnlPmtInfAndSts')) {
    const transfers = at(info, 'TxInfAndSts')
    // Of all of that payment info, which stands for our one batch, when it names none of its transfers.
    if (transfers.length === 0 && textAt(info, 'PmtInfSts') === REFUSED) {
      reports.push(refusedBatch(status, reasonOf(info, 'StsRsnInf')))
    }
    for (const one of transfers) {
      const payoutId = textAt(one, 'OrgnlEndToEndId')
      const word = textAt(one, 'TxSts')
      const reason = reasonOf(one, 'StsRsnInf')
      if (word === REFUSED) {
        reports.push({ payoutId, state: 'failed', reference: '', reason: reason || REFUSED })
      } else if (ARRIVED.has(word)) {
        reports.push({ payoutId, state: 'paid', reference: '', reason: '' })
      }
    }
  }
  const isWhole = textAt(status, 'OrgnlGrpInfAndSts', 'GrpSts') === REFUSED
  if (isWhole && reports.length === 0) {
    const [group] = at(status, 'OrgnlGrpInfAndSts')
    reports.push(refusedBatch(status, group === undefined ? '' : reasonOf(group, 'StsRsnInf')))
  }
  return { reports, unknown }
}

function refusedBatch(status: Node | string, said: string): Report {
  const batch = textAt(status, 'OrgnlGrpInfAndSts', 'OrgnlMsgId')
  return { payoutId: batch, state: 'failed', reference: `${batch}.xml`, reason: said || REFUSED }
}

/** A debit that is booked has left; a credit that names a return has come back. */
function statementOf(statement: Node | string): Reconciled {
  const reports: Report[] = []
  const unknown: string[] = []
  for (const entry of at(statement, 'Stmt', 'Ntry')) {
    // Versions differ: the word itself, or within an element.
    const booked = textAt(entry, 'Sts', 'Cd') || textAt(entry, 'Sts')
    if (booked !== 'BOOK') continue
    for (const one of at(entry, 'NtryDtls', 'TxDtls')) {
      const payoutId = textAt(one, 'Refs', 'EndToEndId')
      const way = textAt(one, 'CdtDbtInd') || textAt(entry, 'CdtDbtInd')
      const [returned] = at(one, 'RtrInf')
      if (payoutId === '' || payoutId === 'NOTPROVIDED') continue
      if (way === 'CRDT' && returned === undefined) unknown.push(payoutId)
      else {
        const state = way === 'DBIT' ? 'paid' : 'returned'
        const reason = state === 'returned' ? reasonOf(one, 'RtrInf') || 'returned' : ''
        const reference = textAt(entry, 'AcctSvcrRef')
        reports.push({ payoutId, state, reference, reason, ...amountOf(one, entry) })
      }
    }
  }
  return { reports, unknown }
}

/** `AC04: account closed`. */
function reasonOf(node: Node | string, name: string): string {
  const [info] = at(node, name)
  if (info === undefined) return ''
  const code = textAt(info, 'Rsn', 'Cd') || textAt(info, 'Rsn', 'Prtry')
  return [code, textAt(info, 'AddtlInf')].filter((word) => word !== '').join(': ')
}

/** Of the transfer, or of the entry if it is the only one in it. */
function amountOf(one: Node | string, entry: Node | string): { amountMinor?: bigint } {
  const isOnly = at(entry, 'NtryDtls', 'TxDtls').length === 1
  const [said] = [...at(one, 'Amt'), ...(isOnly ? at(entry, 'Amt') : [])]
  if (said === undefined || typeof said === 'string') return {}
  const currency = String(said['@_Ccy'] ?? '')
  try {
    return { amountMinor: parseMoney(`${textAt(said)} ${currency}`, currency) }
  } catch {
    return { amountMinor: -1n } // fits no payout of ours; of other business it is nobody's
  }
}
