// What a bank statement says, as advices for the ledger: which payments are ours to book, by which names each is known
// again in whatever document, and whose it is by its reference. Pure.

import { createHash } from 'node:crypto'
import { readable } from '../bank/readable.ts'
import type { Advice, StatementMark } from '../ledger/index.ts'
import type { BankPayment, BankStatement } from './camt.ts'
import { findReferences } from './references.ts'

const digestOf = (...parts: string[]): Buffer =>
  createHash('sha256').update(JSON.stringify(parts)).digest()

/** Short, as people type it. 80 bits. */
const nameOf = (...parts: string[]): string =>
  `sepa-${digestOf(...parts)
    .subarray(0, 10)
    .toString('hex')}`

/** One statement for the ledger: the mark by which it is known again, and what it says. */
export function advicesOf(statement: BankStatement): { mark: StatementMark; advices: Advice[] } {
  const { iban, id, payments } = statement
  const weak = payments.flatMap((payment) => (payment.bankRef === '' ? namesOf(iban, payment) : []))
  const advices = payments.map((payment, index) => {
    const names = namesOf(iban, payment)
    const isShared = weak.filter((name) => names.includes(name)).length > 1
    // Without a name of its own nobody could tell its repeat from a second payment.
    if (names.length === 0 || (payment.bankRef === '' && isShared)) {
      const place = nameOf('place', iban, id, String(index))
      return adviceOf(payment, [place], 'no-entry-reference')
    }
    return adviceOf(payment, names, payment.payments > 1 ? 'batch-without-details' : '')
  })
  const body = new Uint8Array(digestOf(JSON.stringify(payments, plain)))
  return { mark: { statementId: nameOf('statement', iban, id), body }, advices }
}

/** Not where it stands, but what it says. */
const plain = (key: string, value: unknown): unknown => {
  if (key === 'path') return undefined
  return typeof value === 'bigint' ? String(value) : value
}

/**
 * The bank's own reference is one payment's for ever. The sender's transaction id is the same in every document, but
 * senders are many; an entry's number is often only its place, so date and amount stand beside both.
 */
function namesOf(iban: string, payment: BankPayment): string[] {
  const { bankRef, transactionId, entryRef, bookedOn, amountMinor, isCredit } = payment
  const around = [bookedOn, String(amountMinor), isCredit ? 'credit' : 'debit']
  const names: string[] = []
  if (bankRef !== '') names.push(nameOf('bank', iban, bankRef))
  if (transactionId !== '') names.push(nameOf('transaction', iban, transactionId, ...around))
  if (names.length === 0 && entryRef !== '') names.push(nameOf('entry', iban, entryRef, ...around))
  return names
}

function adviceOf(payment: BankPayment, names: string[], hold: string): Advice {
  const { amountMinor, currency, bankRef, remittance } = payment
  const references = [...new Set(remittance.flatMap(findReferences))]
  const several = references.length > 1 ? 'several-references' : ''
  return {
    ...{
      names,
      strong: bankRef !== '',
      source: 'sepa',
      advised: kindOf(payment),
      amountMinor,
      currency
    },
    ...{ orderId: '', uid: '', about: '', hold: hold || several },
    reference: references.length === 1 ? references[0]! : '',
    payer: readable(payment.payer),
    text: readable(remittance.join(' '))
  }
}

function kindOf({ isCredit, isReversal, isReturn }: BankPayment): Advice['advised'] {
  if (isReversal) return 'reversal'
  if (!isCredit) return 'debit'
  return isReturn ? 'return' : 'credit'
}
