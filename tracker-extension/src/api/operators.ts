// Who may act as the operator: the table of scopes, and what a token opens. Where tokens are kept is the host's.

import { createHash, timingSafeEqual } from 'node:crypto'

/** What a token can open, one row each. */
export const SCOPES = {
  read: 'see cases, strikes, signals, risks, quality of service, and the money behind codes',
  deposits: 'book money that arrived, import and assign payments, issue gift codes and coupons',
  corrections: 'take back what was booked for an account by mistake',
  court: 'revoke accounts and lift revocations',
  publish: 'put contents up for sale, and withdraw them',
  own: 'name accounts as the provider’s own: their earnings pay for missed promises',
  payouts: 'see and carry out payouts',
  backup: 'have backups of the ledger written',
  metrics: 'read the metrics',
  seed: 'report as a seeder of the provider, and be told what to seed'
} as const

export type Scope = keyof typeof SCOPES

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[]

/** Whose token it was. */
export interface Operator {
  /** For the log. */
  name: string
  scopes: readonly Scope[]
}

/** Finds whose token this is, as of now; undefined if it is nobody's. It compares in constant time ({@link isSecret}). */
export type FindOperator = (token: string) => Promise<Operator | undefined>

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Is it the same text? Digests are compared, in constant time, so that neither content nor length shows. */
export const isSecret = (given: string, wanted: string): boolean =>
  timingSafeEqual(digest(given), digest(wanted))

/** One token that opens everything; an empty one is nobody's. */
export const soleOperator =
  (wanted: string): FindOperator =>
  async (given) =>
    wanted !== '' && isSecret(given, wanted) ? { name: 'first', scopes: ALL_SCOPES } : undefined

/** Does this operator's token open a route with this scope? One without a scope wants them all. */
export const isOpenTo = ({ scopes }: Operator, scope: Scope | undefined): boolean =>
  (scope === undefined ? ALL_SCOPES : [scope]).every((one) => scopes.includes(one))
