// Gift codes: their money waits in the account `gifts`, which therefore always holds what unredeemed codes are worth. Pure
// rules; of a code the ledger knows only the hash.
import { hash } from 'node:crypto'
import { LedgerError } from './errors.ts'
import type { IssueGiftsCommand, MoneyInOutcomes, RedeemGiftCommand } from './money-in-commands.ts'
import { post } from './posting.ts'
import { type LedgerView, cash, gifts, hexOf, peerAccount } from './rows.ts'

export function issueGifts(
  view: LedgerView,
  command: IssueGiftsCommand
): MoneyInOutcomes['issueGifts'] {
  const { batchId, hashes, amountMinor, expiresAt, reason, now } = command
  const body = new Uint8Array(hash('sha256', hashes.join(' '), 'buffer'))
  const done = view.get('giftBatch', batchId)
  if (done) {
    const terms = done.amountMinor === amountMinor && done.expiresAt === expiresAt
    const same = terms && done.reason === reason && hexOf(done.body) === hexOf(body)
    if (!same) throw new LedgerError('conflict', 'batch')
    return { batchId, repeated: true }
  }
  if (expiresAt !== 0 && expiresAt <= now) throw new LedgerError('bad-command', 'expiresAt')
  for (const code of hashes) {
    if (view.get('gift', code)) throw new LedgerError('conflict', 'code')
    view.put('gift', code, { batchId, amountMinor, expiresAt, uid: '', at: now })
  }
  const occasion = { at: now, kind: 'issueGifts', ref: batchId, purseId: '' }
  const total = amountMinor * BigInt(hashes.length)
  post(view, occasion, { debit: cash, credit: gifts, amountMinor: total })
  const codes = hashes.length
  view.put('giftBatch', batchId, { body, codes, amountMinor, expiresAt, reason, at: now })
  return { batchId, repeated: false }
}

/** Who redeemed a code gets the same answer for it again; only others learn that it is spent. */
export function redeemGift(
  view: LedgerView,
  { hash: code, uid, now }: RedeemGiftCommand
): MoneyInOutcomes['redeemGift'] {
  const gift = view.get('gift', code)
  if (!gift) throw new LedgerError('unknown-code')
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const { amountMinor, expiresAt } = gift
  if (gift.uid === uid) return { uid, amountMinor, repeated: true }
  if (gift.uid !== '') throw new LedgerError('code-spent')
  if (expiresAt !== 0 && now >= expiresAt) throw new LedgerError('code-expired')
  const occasion = { at: now, kind: 'redeemGift', ref: code, purseId: '' }
  post(view, occasion, { debit: gifts, credit: peerAccount(uid), amountMinor })
  view.put('gift', code, { ...gift, uid, at: now })
  return { uid, amountMinor, repeated: false }
}
