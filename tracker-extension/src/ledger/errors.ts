// What can go wrong in the ledger: one table, one error class. Codes are stable; texts are for people.

/** Every way a command or a read can be refused. Add a row to add an error. */
export const ledgerErrors = {
  'bad-command': 'The command is not well formed',
  conflict: 'This id was used before with another content',
  'unknown-account': 'There is no such account',
  'unknown-content': 'There is no such content',
  withdrawn: 'The content is no longer for sale',
  'unknown-purse': 'There is no such purse',
  'self-trade': 'Buyer and seller are the same account',
  'too-many-purses': 'The buyer has as many open purses for this content as allowed',
  'purse-closed': 'The purse is closed and pays no more',
  'unknown-complaint': 'There is no such complaint',
  'unknown-payout': 'There is no such payout',
  'no-destination': 'The account has no destination that may be paid to yet',
  'too-many-resends': 'The piece was given as often as allowed',
  'bad-claim': 'The bitmap does not fit the purse or the count of the voucher',
  'price-changed': 'The price is not what the buyer expects',
  'wrong-currency': 'The ledger is kept in another currency',
  'insufficient-funds': 'The balance does not cover the amount',
  'too-large': 'The amount does not fit into 63 bits',
  'not-expired': 'The purse has not expired yet',
  'unknown-code': 'There is no such code',
  'code-spent': 'The code was used as often as it may be',
  'code-expired': 'The code is no longer good',
  'no-promotion': 'The provider has no money for its part of the coupon',
  'not-pushed': 'The provider does not pay this purse',
  'unknown-advice': 'No such payment is known',
  'ledger-in-use': 'Another process has this ledger open',
  'ledger-closed': 'The ledger is closed',
  'bad-ledger': 'The file is not a ledger that this version can read',
  'store-failed': 'The store failed; repeat the command with the same id once it is back'
} as const

export type LedgerErrorCode = keyof typeof ledgerErrors

/** The one error the ledger throws. Compare `code`, never the text. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
  readonly code: LedgerErrorCode
  readonly detail: string

  constructor(code: LedgerErrorCode, detail = '', options?: ErrorOptions) {
    super(detail ? `${ledgerErrors[code]}: ${detail}` : ledgerErrors[code], options)
    this.code = code
    this.detail = detail
  }
}
