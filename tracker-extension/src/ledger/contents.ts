// What is for sale. A withdrawal is a fact of the ledger, so that no process of the provider, and no restart, sells what
// another one withdrew. Pure rules.
import { amountMax } from './check.ts'
import type { Outcomes, PublishCommand, WithdrawCommand } from './commands.ts'
import { LedgerError } from './errors.ts'
import type { LedgerView } from './rows.ts'

export function publish(view: LedgerView, command: PublishCommand): Outcomes['publish'] {
  const { infoHash, pieces, priceMinor, currency, mode, title, torrent, free = 0, since } = command
  if (currency !== view.currency) throw new LedgerError('wrong-currency', currency)
  if (priceMinor * BigInt(pieces) > amountMax) throw new LedgerError('too-large')
  if (free >= pieces) throw new LedgerError('bad-command', 'free must be fewer than the pieces')
  // The info hash fixes the pieces; price, title and the rest may change from one day to the next.
  const known = view.get('content', infoHash)
  if (known && known.pieces !== pieces) throw new LedgerError('conflict', 'number of pieces')
  const before = known?.withdrawnAt ?? 0
  const withdrawnAt = since !== undefined && since <= before ? before : 0
  const forSaleSince = Math.max(known?.forSaleSince ?? 0, since ?? 0)
  const terms = { pieces, priceMinor, currency, mode, title, torrent, free }
  view.put('content', infoHash, { ...terms, forSaleSince, withdrawnAt })
  return { infoHash, withdrawnAt }
}

export function withdraw(
  view: LedgerView,
  { infoHash, now }: WithdrawCommand
): Outcomes['withdraw'] {
  const content = view.get('content', infoHash)
  if (!content) throw new LedgerError('unknown-content', infoHash)
  const repeated = content.withdrawnAt !== 0
  // Whoever put it up may have a clock that is ahead: his word, said again, must not be newer than this.
  const withdrawnAt = Math.max(now, content.forSaleSince)
  if (!repeated) view.put('content', infoHash, { ...content, withdrawnAt })
  return { infoHash, title: content.title, repeated }
}
