// The row of the message table for the provider's web origin: pieces bought by HTTP (F75).

import { blob } from './fields.ts'
import { bitmap, PIECES_MAX, purseId, row, VOUCHER_MAX } from './rows.ts'

export const ORIGIN_MESSAGES = {
  originRequest: row(0x70, 'buyer', 'signed', PIECES_MAX / 8 + 2048, {
    purse: purseId,
    bitmap,
    voucher: blob(VOUCHER_MAX)
  })
}
