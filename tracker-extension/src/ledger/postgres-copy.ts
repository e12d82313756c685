// Reads that walk through everything, such as an audit: in a copy of one moment, so that neither the size of the books nor
// the time it takes is a burden to the database or to this process's memory.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Audit } from './audit.ts'
import type { LedgerSize } from './size.ts'
import { sqliteLedger } from './sqlite.ts'
import type { LedgerStore } from './store.ts'

interface WholeReads {
  audit: Audit
  bytes: LedgerSize
}
export const isWholeRead = (name: string): name is keyof WholeReads =>
  name === 'audit' || name === 'bytes'

/** `write` copies the ledger to a path, and answers what was damaged in the original: the copy's rows are sealed anew. */
export async function readCopy<Name extends keyof WholeReads>(
  name: Name,
  currency: string,
  write: (path: string) => Promise<string[]>
): Promise<WholeReads[Name]> {
  const folder = await mkdtemp(join(tmpdir(), 'floodgate-'))
  let copy: LedgerStore | undefined
  try {
    const path = join(folder, 'copy.ledger')
    const damage = await write(path)
    copy = await sqliteLedger(path, { currency })
    const found: Audit | LedgerSize = await copy[name]()
    if ('faults' in found) found.faults.unshift(...damage)
    return found as WholeReads[Name]
  } finally {
    await copy?.close()
    await rm(folder, { recursive: true, force: true })
  }
}
