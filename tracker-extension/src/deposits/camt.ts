// Reads bank statements of ISO 20022: camt.052 (report), camt.053 (statement) and camt.054 (notification), versions 02 and
// 08, as facts about booked entries. Pure; what adds up nowhere, or is of no known form, is refused, naming the place.

import { FloodgateError } from '@floodgate/protocol'
import { flagOf, statusOf } from '../bank/entry.ts'
import { isIban } from '../bank/iban.ts'
import { minorIn, moneyOf, type Money } from '../bank/money.ts'
import { readXml, type Element } from '../bank/xml.ts'

/** One payment, as its bank tells it. */
export interface BankPayment {
  /** Where it stands in the file. */
  path: string
  isCredit: boolean
  isReversal: boolean
  /** It came back to us: a payment of our own that could not be delivered. */
  isReturn: boolean
  amountMinor: bigint
  currency: string
  /** As the bank writes it: YYYY-MM-DD. */
  bookedOn: string
  /** References of this payment alone; '' if there is none. */
  bankRef: string
  transactionId: string
  entryRef: string
  /** How many payments its entry stands for without showing them; 1 for itself. */
  payments: number
  payer: string
  /** What the payer wrote, and references in fields of their own. */
  remittance: string[]
}

export interface BankStatement {
  path: string
  /** Names this document of this account, as its bank does. */
  id: string
  iban: string
  payments: BankPayment[]
  /** Entries that are not booked yet. */
  pending: number
}

/** Root of the message, element of one account, and whether totals and balances are for booked entries alone. */
const MESSAGES: [container: string, element: string, isFinal: boolean][] = [
  ['BkToCstmrStmt', 'Stmt', true],
  ['BkToCstmrDbtCdtNtfctn', 'Ntfctn', false],
  ['BkToCstmrAcctRpt', 'Rpt', false]
]
const NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:camt\.05[234]\.001\.(02|08)$/
/** What banks write where they have nothing to say. */
const NOTHING = /^(|-+|NONREF|NOTPROVIDED|NONE|N\/A|0+)$/i

/** Throws `bad-statement`. */
export function readStatements(bytes: Uint8Array): BankStatement[] {
  const { root, name, namespace } = readXml(bytes)
  if (name !== 'Document' || !NAMESPACE.test(namespace)) {
    const found = namespace === '' ? name : namespace
    throw new FloodgateError(
      'bad-statement',
      `${found} is no camt.052, .053 or .054 of version 02 or 08`
    )
  }
  for (const [container, element, isFinal] of MESSAGES) {
    const message = root.at(container)
    if (message === undefined) continue
    const statements = message.all(element)
    if (statements.length === 0) message.refuse(`no ${element}`)
    return statements.map((statement) => readStatement(statement, container, isFinal))
  }
  throw new FloodgateError('bad-statement', `no ${MESSAGES.map(([name]) => name).join(', ')}`)
}

function readStatement(element: Element, container: string, isFinal: boolean): BankStatement {
  const iban = element.text('Acct', 'Id', 'IBAN').replaceAll(' ', '')
  if (!isIban(iban)) element.refuse(`${iban || 'no IBAN'} is not the IBAN of an account`)
  const id = element.text('Id')
  if (id === '') element.refuse('it has no Id')
  const page = element.text('StmtPgntn', 'PgNb') || element.text('RptPgntn', 'PgNb')
  const entries = element.all('Ntry')
  const booked = entries.filter((entry) => statusOf(entry) === 'BOOK')
  const isWhole = page === '' || (page === '1' && element.text('StmtPgntn', 'LastPgInd') === 'true')
  if (isFinal && isWhole) checkTotals(element, booked)
  return {
    ...{ path: element.path, iban, pending: entries.length - booked.length },
    id: [container, id, page].join(' '),
    payments: booked.flatMap(readEntry)
  }
}

function readEntry(entry: Element): BankPayment[] {
  const amount = entry.at('Amt') ?? entry.refuse('no Amt')
  const money = moneyOf(amount)
  const own = {
    isCredit: flagOf(entry, 'CdtDbtInd', 'DBIT', 'CRDT'),
    isReversal: entry.text('RvslInd') !== '' && flagOf(entry, 'RvslInd', 'false', 'true'),
    bookedOn: (entry.text('BookgDt', 'Dt') || entry.text('BookgDt', 'DtTm')).slice(0, 10),
    entryRef: meant(entry.text('NtryRef'))
  }
  const details = entry.all('NtryDtls')
  const transactions = details.flatMap((detail) => detail.all('TxDtls'))
  const bankRef = meant(entry.text('AcctSvcrRef'))
  const said = details.map((detail) => Number(detail.text('Btch', 'NbOfTxs') || 1))
  const batch = said.reduce((sum, one) => sum + one, 0)
  if (transactions.length === 0) {
    const alone = { ...own, ...money, isReturn: false, transactionId: '', payer: '' }
    const payments = Number.isSafeInteger(batch) ? Math.max(batch, 1) : 1
    return [{ ...alone, path: entry.path, bankRef, payments, remittance: [] }]
  }
  const isSingle = transactions.length === 1
  const payments = transactions.map((one, i) => {
    const ofEntry = bankRef === '' ? '' : isSingle ? bankRef : `${bankRef} ${i + 1}`
    return { ...own, ...readTransaction(one, isSingle ? money : undefined, ofEntry) }
  })
  if (isSingle) checkSingle(transactions[0]!, entry, money)
  else checkSum(entry, own.isCredit, money, payments)
  return payments
}

type Transaction = Omit<BankPayment, 'isCredit' | 'isReversal' | 'bookedOn' | 'entryRef'>

/** `whole`: the entry's amount, when this is all of it. */
function readTransaction(element: Element, whole: Money | undefined, ofEntry: string): Transaction {
  // In version 02 the amount stands among the details of amounts.
  const amount = element.at('Amt') ?? element.at('AmtDtls', 'TxAmt', 'Amt')
  // A single one may name what was sent, before it was exchanged; what was booked counts.
  const money = whole ?? (amount && moneyOf(amount)) ?? element.refuse('no Amt')
  const party = element.at('RltdPties', 'Dbtr')
  const remittance = element.all('RmtInf').flatMap((info) => [
    info
      .all('Ustrd')
      .map((line) => line.text())
      .join(''),
    ...info
      .all('Strd')
      .flatMap((one) => [
        one.text('CdtrRefInf', 'Ref'),
        ...one.all('AddtlRmtInf').map((line) => line.text())
      ])
  ])
  return {
    ...{ path: element.path, ...money, isReturn: element.at('RtrInf') !== undefined, payments: 1 },
    bankRef: meant(element.text('Refs', 'AcctSvcrRef')) || ofEntry,
    transactionId: meant(element.text('Refs', 'TxId')),
    payer: party?.text('Pty', 'Nm') || party?.text('Nm') || '',
    remittance: [...remittance, meant(element.text('Refs', 'EndToEndId'))].filter(Boolean)
  }
}

const meant = (reference: string): string => (NOTHING.test(reference) ? '' : reference)

/** A payment that is all of its entry says the same amount, unless charges or an exchange stand between. */
function checkSingle(element: Element, entry: Element, money: Money): void {
  const amount = element.at('Amt') ?? element.at('AmtDtls', 'TxAmt', 'Amt')
  if (amount === undefined || entry.at('Chrgs') || element.at('Chrgs')) return
  const { amountMinor, currency } = moneyOf(amount)
  const isExchanged = element.at('AmtDtls', 'TxAmt', 'CcyXchg') !== undefined
  const same = currency === money.currency && amountMinor === money.amountMinor
  if (!same && !isExchanged) amount.refuse('another amount than the entry')
}

/** The payments of a batch are together what was booked. */
function checkSum(entry: Element, isCredit: boolean, money: Money, parts: Money[]): void {
  if (parts.some(({ currency }) => currency !== money.currency)) {
    entry.refuse('payments in another currency than the entry')
  }
  const sum = parts.reduce((total, { amountMinor }) => total + amountMinor, 0n)
  const what = isCredit ? 'credit' : 'debit'
  if (sum !== money.amountMinor) {
    entry.refuse(`the payments of this ${what} are ${sum} together, the entry ${money.amountMinor}`)
  }
}

/** Totals and balances, where the bank gives them: a digit that went wrong shows here. */
function checkTotals(statement: Element, booked: Element[]): void {
  const signed = booked.map((entry) => {
    const { amountMinor, currency } = moneyOf(entry.at('Amt') ?? entry.refuse('no Amt'))
    const isCredit = entry.text('CdtDbtInd') === 'CRDT'
    return { amountMinor, isCredit, currency }
  })
  const { currency } = signed[0] ?? { currency: '' }
  if (signed.some((one) => one.currency !== currency)) return
  const sumOf = (side: boolean): bigint =>
    signed.reduce((sum, one) => (one.isCredit === side ? sum + one.amountMinor : sum), 0n)
  const sides = [
    ['TtlCdtNtries', true],
    ['TtlDbtNtries', false]
  ] as const
  for (const [name, side] of sides) {
    const total = statement.at('TxsSummry', name)
    const count = signed.filter(({ isCredit }) => isCredit === side).length
    const said = total?.text('NbOfNtries') ?? ''
    if (said !== '' && said !== String(count)) total!.refuse(`${said} entries, there are ${count}`)
    const sum = total?.text('Sum') ?? ''
    // A statement without a currency is of none: XXX, as ISO 4217 has it.
    if (sum !== '' && minorIn(total!, sum, currency || 'XXX') !== sumOf(side)) {
      total!.refuse(`${sum}, the entries are ${sumOf(side)} together`)
    }
  }
  const [before, after] = [balanceOf(statement, 'OPBD', 'PRCD'), balanceOf(statement, 'CLBD')]
  if (before === undefined || after === undefined || currency === '') return
  if (before.currency !== currency || after.currency !== currency) return
  if (before.amountMinor + sumOf(true) - sumOf(false) !== after.amountMinor) {
    statement.refuse('opening balance and entries do not make the closing balance')
  }
}

function balanceOf(statement: Element, ...codes: string[]): Money | undefined {
  const found = statement.all('Bal').filter((balance) => {
    return codes.includes(balance.text('Tp', 'CdOrPrtry', 'Cd'))
  })
  const [balance] = found
  const amount = balance?.at('Amt')
  if (balance === undefined || amount === undefined || found.length > 1) return undefined
  const { amountMinor, currency } = moneyOf(amount)
  const isCredit = flagOf(balance, 'CdtDbtInd', 'DBIT', 'CRDT')
  return { amountMinor: isCredit ? amountMinor : -amountMinor, currency }
}
