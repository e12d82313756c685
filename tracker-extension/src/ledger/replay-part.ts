// What each part of the business adds to the replay of the journal (replay.ts). Types only.
import type { JournalRow, ScanView } from './rows.ts'

/** `what` names the row and the field that say how much the lines of `kind` and `ref` moved together. */
export type Expect = (kind: string, ref: string, amountMinor: bigint, what: string) => void

export type Sides = Pick<JournalRow, 'debit' | 'credit'>

export interface ReplayPart {
  /** Kinds of lines whose amounts stand in rows of this part: between which accounts each moves money, if one can say. */
  kinds: Readonly<Record<string, (view: ScanView, line: JournalRow) => Sides | undefined>>
  /** Tells of each row what the journal must have moved for it. */
  expect(view: ScanView, expect: Expect): void
  /** Faults that no sum of lines shows. */
  check?(view: ScanView, faults: string[]): void
}
