// Bank transfers: what a payer has to write so that his money finds his account, and the statements in which it comes (F2).

import { FloodgateError, fromHex } from '@floodgate/protocol'
import type { AdviceOutcome } from '../ledger/index.ts'
import { expectFresh, readSigned, type Mint } from '../mint/mint.ts'
import { advicesOf } from './camt-advices.ts'
import { readStatements } from './camt.ts'
import type { Deposits } from './deposits.ts'
import { printed, referenceOf } from './references.ts'

export interface ReferenceJson {
  /** ISO 11649, in groups of four. */
  reference: string
  iban: string
  name: string
  bic: string
  currency: string
}

/** Answers a fresh `accountRequest` of the account's owner. Throws `not-offered`, `clock`, `replayed`, as `readSigned`. */
export async function giveReference(
  { sepa }: Deposits,
  mint: Mint,
  bytes: Uint8Array
): Promise<ReferenceJson> {
  if (sepa === undefined) throw new FloodgateError('not-offered', 'transfers')
  const { message, account } = await readSigned(mint, 'accountRequest', bytes)
  expectFresh(mint, message)
  mint.freshness.take(`${account.uid} reference`, message, mint.now())
  const { uid } = account
  const reference = referenceOf(mint.crypto, fromHex(uid))
  await mint.store.execute({ kind: 'refer', reference, uid })
  const { iban, name, bic = '' } = sepa
  return { reference: printed(reference), iban: printed(iban), name, bic, currency: mint.currency }
}

/** Payments of one advice command; a month of a busy shop. */
const PAYMENTS_MAX = 10_000

export interface TakenPayment {
  advice: string
  /** `credit`, or what else it is. */
  advised: string
  state: AdviceOutcome['state']
  code: string
  uid: string
  amount: string
  currency: string
  payer: string
  text: string
  /** It was known: nothing moved. */
  repeated: boolean
}

export interface StatementsJson {
  /** Documents in the file. */
  statements: number
  /** Entries that are not booked yet, and were left alone. */
  pending: number
  payments: TakenPayment[]
}

/**
 * Books the credits of a file of the provider's own account: all of it or nothing. Throws `not-offered`, `bad-statement`
 * naming the place, and `conflict` when a statement or a payment said something else before.
 */
export async function takeStatements(
  { sepa }: Deposits,
  mint: Mint,
  bytes: Uint8Array
): Promise<StatementsJson> {
  const statements = readStatements(bytes)
  if (sepa === undefined) throw new FloodgateError('not-offered', 'transfers')
  for (const { path, iban } of statements) {
    if (iban === sepa.iban) continue
    throw new FloodgateError('bad-statement', `${path}: ${iban} is not our account`)
  }
  const taken = statements.map(advicesOf)
  const advices = taken.flatMap((one) => one.advices)
  const pending = statements.reduce((sum, one) => sum + one.pending, 0)
  if (advices.length > PAYMENTS_MAX) {
    throw new FloodgateError('bad-statement', `more than ${PAYMENTS_MAX} payments: split it`)
  }
  const news = { statements: taken.map(({ mark }) => mark), advices, now: mint.now() }
  const told = (await mint.store.execute({ kind: 'advise', ...news })).advices
  const payments = told.map((outcome, i): TakenPayment => {
    const { adviceId, state, code, uid, repeated } = outcome
    const { advised, amountMinor, currency, payer, text } = advices[i]!
    const money = { amount: String(amountMinor), currency }
    return { advice: adviceId, advised, state, code, uid, ...money, payer, text, repeated }
  })
  return { statements: statements.length, pending, payments }
}
