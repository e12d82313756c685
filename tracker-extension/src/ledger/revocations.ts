// The revocation log: it only grows, an entry a version, each with the hash of all before it (G13). Pure rule; the caller
// hashes, for peers must come to the same head.
import type { CourtOutcomes, RevokeCommand } from './court-commands.ts'
import { LedgerError } from './errors.ts'
import { type LedgerView, orderedKey } from './rows.ts'

export function revoke(view: LedgerView, command: RevokeCommand): CourtOutcomes['revoke'] {
  const { version, uid, reason, evidence, until, head, pardon, now } = command
  if (!view.get('peer', uid)) throw new LedgerError('unknown-account', uid)
  const next = view.get('counter', 'revocation')?.next ?? 1
  if (version !== next) throw new LedgerError('conflict', `version ${next}`)
  view.put('revocation', orderedKey(version), { uid, reason, evidence, until, head, at: now })
  view.put('counter', 'revocation', { next: version + 1 })
  if (pardon) view.put('pardon', uid, { at: now })
  return { version }
}
