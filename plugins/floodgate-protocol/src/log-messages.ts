// The rows of the message table for the log of postings (G13, I1; RFC 9162): lines, signed heads, and proofs.

import { amount, blob, list, text, uint } from './fields.ts'
import { LOG_PATH_MAX } from './log.ts'
import { currency, hash, row, SAFE_MAX } from './rows.ts'

/** Lines of the log in one message. */
export const LINES_MAX = 64
const POSTING_MAX = 1024
/** Of why a line was posted; longer texts, as banks send them, are cut off. */
export const REASON_MAX = 512
/** The longest id of a ledger is 128 characters; an account's name adds a prefix. */
const ledgerId = text(160)

export const LOG_MESSAGES = {
  treeHead: row(0x50, 'provider', 'signed', 512, { size: uint(SAFE_MAX), root: hash }),
  posting: row(0x51, 'provider', '', POSTING_MAX, {
    line: uint(SAFE_MAX),
    at: uint(SAFE_MAX),
    kind: text(32),
    ref: ledgerId,
    purse: ledgerId,
    debit: ledgerId,
    credit: ledgerId,
    amount,
    currency
  }),
  inclusion: row(0x52, 'provider', '', LOG_PATH_MAX + 256, {
    line: uint(SAFE_MAX),
    size: uint(SAFE_MAX),
    leaf: hash,
    path: blob(LOG_PATH_MAX)
  }),
  consistency: row(0x53, 'provider', '', LOG_PATH_MAX + 256, {
    from: uint(SAFE_MAX),
    to: uint(SAFE_MAX),
    path: blob(LOG_PATH_MAX)
  }),
  linesRequest: row(0x54, 'peer', 'signed', 640, { after: uint(SAFE_MAX) }),
  lines: row(0x55, 'provider', '', LINES_MAX * (POSTING_MAX + REASON_MAX + 16) + 64, {
    items: list(blob(POSTING_MAX), LINES_MAX),
    reasons: list(text(REASON_MAX), LINES_MAX),
    read: uint(SAFE_MAX)
  })
}
