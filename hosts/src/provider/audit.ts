// An audit as an operator reads it: the books by themselves, and the log that peers hold heads of. `floodgate audit` runs it
// on a ledger that stands, `floodgate restore` on one that was just put back.

import { platformCrypto, toHex } from '@floodgate/protocol'
import { auditLog, type LedgerStore, type LogAudit, type ProviderKeys } from '@floodgate/tracker'
import type { Output } from '../output.ts'
import { count, money } from '../units.ts'

/** Says what the audit finds, as the event `audit`. Throws `books-do-not-add-up` with every fault. */
export async function tellAudit(
  out: Output,
  store: LedgerStore,
  keys: ProviderKeys,
  currency: string
): Promise<void> {
  const { faults, ...found } = await auditAll(store, keys, currency)
  const log = found.log && {
    ...{ lines: found.log.lines, root: toHex(found.log.root) },
    head: found.log.head && { ...found.log.head, root: toHex(found.log.head.root) }
  }
  out.tell('audit', { ...found.books, currency, log, faults, ok: faults.length === 0 })
  out.say([...textOf(found, currency), verdictOf(faults)].join('\n'))
  if (faults.length > 0) {
    throw Object.assign(new Error(faults.join('; ')), { code: 'books-do-not-add-up' })
  }
}

interface Found {
  books?: { debitsMinor: bigint; creditsMinor: bigint; postings: number }
  log?: LogAudit
}

async function auditAll(
  store: LedgerStore,
  keys: ProviderKeys,
  currency: string
): Promise<Found & { faults: string[] }> {
  const faults: string[] = []
  /** A file that cannot be read to its end is a finding like others. */
  const attempt = async <T extends { faults: string[] }>(audit: Promise<T>) => {
    try {
      const result = await audit
      faults.push(...result.faults)
      return result
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'store-failed') throw error
      faults.push(`file: ${(error as Error).message}`)
      return undefined
    }
  }
  const books = await attempt(store.audit())
  const log = await attempt(auditLog({ store, keys, crypto: platformCrypto, currency }))
  return { books, log, faults }
}

function textOf({ books, log }: Found, currency: string): string[] {
  const said: string[] = []
  if (books !== undefined) {
    const { debitsMinor, creditsMinor, postings } = books
    const [debits, credits] = [debitsMinor, creditsMinor].map((minor) => money(minor, currency))
    said.push(`debits ${debits}, credits ${credits}, ${count(postings, 'posting')}`)
  }
  if (log !== undefined) {
    const { lines, root, head } = log
    said.push(`log of ${count(lines, 'line')}, root ${toHex(root)}`)
    said.push(
      head === undefined
        ? 'no head was signed yet'
        : `last head: ${count(head.size, 'line')}, ${new Date(head.at).toISOString()}`
    )
  }
  return said
}

const verdictOf = (faults: string[]): string =>
  faults.length === 0
    ? 'Every line is as it was signed and adds up.'
    : `${count(faults.length, 'fault')}:\n${faults.join('\n')}`
