// What the SQLite store and its worker say to each other. Types only.
import type { Command } from './commands.ts'
import type { LedgerErrorCode } from './errors.ts'

export interface WorkerOptions {
  path: string
  currency: string
}

/** One thing to do; `read` names a row of reads.ts. */
export type Job =
  | { id: number; command: Command }
  | { id: number; read: string; args: unknown[] }
  | { id: number; backup: string }
  | { id: number; close: true }

export interface Refusal {
  code: LedgerErrorCode
  detail: string
}
export type Answer = { id: number; value: unknown } | { id: number; refusal: Refusal }

/** The first message says whether the file is open; all others answer jobs. */
export type FromWorker = { opened: true } | { failed: Refusal } | { answers: Answer[] }
