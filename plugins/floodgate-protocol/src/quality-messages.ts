// The rows of the message table for the quality of service that was promised: what a buyer measured, and what the provider
// finds (F78, F79).

import { amount, text, uint } from './fields.ts'
import { currency, hash, infoHash, PIECES_MAX, purseId, row, SAFE_MAX } from './rows.ts'

export const QUALITY_MESSAGES = {
  measurement: row(0x78, 'buyer', 'signed', 640, {
    infoHash,
    purse: purseId,
    startMs: uint(SAFE_MAX),
    wantedMs: uint(SAFE_MAX),
    bytes: uint(SAFE_MAX),
    paid: uint(PIECES_MAX)
  }),
  measured: row(0x79, 'provider', 'signed', 640, {
    measurement: hash,
    purse: purseId,
    missed: text(16),
    excuse: text(16),
    credit: uint(100),
    state: text(16),
    credited: amount,
    currency
  })
}
