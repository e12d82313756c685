// From the ledger's errors to the protocol's: a peer learns a code of the one error table and only of its own fault.

import { FloodgateError, isErrorCode, type ErrorCode } from '@floodgate/protocol'
import { LedgerError, type LedgerErrorCode } from '../ledger/index.ts'

/** Codes of the ledger that the protocol's table has by another name; the rest of the same name pass as they are. */
const NAMES: Partial<Record<LedgerErrorCode, ErrorCode>> = {
  'bad-command': 'bad-request',
  'bad-claim': 'bad-voucher',
  'too-many-purses': 'too-many-requests',
  'too-large': 'bad-request',
  'wrong-currency': 'bad-request',
  'not-expired': 'conflict',
  'unknown-payout': 'not-found',
  'no-destination': 'conflict'
}

/** The protocol's code for a code of the ledger; what is the store's own trouble is `internal`. */
export function codeOfLedger(code: string): ErrorCode {
  const named = NAMES[code as LedgerErrorCode]
  if (named !== undefined) return named
  return isErrorCode(code) ? code : 'internal'
}

/**
 * What was thrown, as an error that may be told to a stranger. Anything but our own refusals becomes `internal`
 * without a detail, with the original as its cause.
 */
export function refusalOf(error: unknown): FloodgateError {
  if (error instanceof FloodgateError) return error
  const code = error instanceof LedgerError ? codeOfLedger(error.code) : 'internal'
  const detail = error instanceof LedgerError && code !== 'internal' ? error.detail : ''
  const refusal = new FloodgateError(code, detail)
  refusal.cause = error
  return refusal
}
