// What the command says and how it exits when something fails: the protocol's error table, and beside it the few rows
// that only a machine can produce (disks, ports, files). To add one is to add a row.

import { ERRORS, isErrorCode } from '@floodgate/protocol'

export interface Failure {
  code: string
  text: string
  exit: number
  /** What happened and what to do, where the text alone leaves one at a loss. */
  advice?: string
}

/** The user ended the job before it was finished: 128 + SIGINT, as shells count. */
export const EXIT_STOPPED = 130

/** Thrown where work ends because the user asked for it. */
export class Stopped extends Error {
  readonly code = 'stopped'

  constructor(text = 'Stopped before the job was finished.') {
    super(text)
    this.name = 'Stopped'
  }
}

const MACHINE: Record<string, { exit: number; text: string }> = {
  stopped: { exit: EXIT_STOPPED, text: 'Stopped before the job was finished.' },
  ENOSPC: { exit: 74, text: 'The disk is full.' },
  EDQUOT: { exit: 74, text: 'The disk quota is used up.' },
  EIO: { exit: 74, text: 'The disk cannot be read or written.' },
  EROFS: { exit: 74, text: 'The file system is read-only.' },
  ENOENT: { exit: 66, text: 'There is no such file.' },
  ENOTDIR: { exit: 66, text: 'A directory is wanted, this is none.' },
  EISDIR: { exit: 66, text: 'A file is wanted, this is a directory.' },
  EACCES: { exit: 77, text: 'The file system does not allow it.' },
  EPERM: { exit: 77, text: 'The file system does not allow it.' },
  EADDRINUSE: { exit: 69, text: 'Another process listens on this port.' },
  EADDRNOTAVAIL: { exit: 69, text: 'This machine does not have this address.' },
  'store-failed': { exit: 74, text: 'The ledger cannot be read or written.' },
  'bad-ledger': { exit: 74, text: 'The file is not a ledger of this version.' },
  'wrong-currency': { exit: 64, text: 'The ledger is kept in another currency.' },
  'tracker-door-closed': { exit: 70, text: 'The tracker library has another shape.' },
  'books-do-not-add-up': { exit: 70, text: 'The audit of the ledger found faults.' }
}

const ADVICE: Partial<Record<string, string>> = {
  'forked-log':
    'The provider’s books are not those that this wallet saw before. Either it put back an older backup and lost what it had\n' +
    'acknowledged since, or it shows two histories. The wallet keeps both heads as evidence: floodgate wallet head prints\n' +
    'them, to show to the provider and to other peers (--compare). Ask the provider what happened. Whether you go on with it\n' +
    'is your decision: floodgate wallet head --accept LINE, with the second of them, goes on with those books, and\n' +
    'floodgate wallet and floodgate wallet proof then show what it still knows of your money.'
}

/** What anything thrown means to the user. */
export function failureOf(error: unknown): Failure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = typeof message === 'string' ? message : String(error)
  if (typeof code === 'string') {
    if (isErrorCode(code)) return adviseOn({ code, text, exit: ERRORS[code].exit })
    const row = MACHINE[code]
    if (error instanceof Stopped) return { code, text, exit: EXIT_STOPPED }
    if (row !== undefined) return { code, text: textOf(row.text, text), exit: row.exit }
  }
  return { code: 'internal', text, exit: ERRORS.internal.exit }
}

function adviseOn(failure: Failure): Failure {
  const advice = ADVICE[failure.code]
  return advice === undefined ? failure : { ...failure, advice }
}

/** Our sentence, with what the system or library said behind it. */
const textOf = (ours: string, said: string): string => (said === ours ? ours : `${ours} (${said})`)

/** Meanings as in sysexits.h, which shells and scripts know. */
const MEANINGS: [exit: number, meaning: string][] = [
  [0, 'Done.'],
  [64, 'The command was used wrongly.'],
  [65, 'Data of somebody else were wrong.'],
  [66, 'Something that was named is not there.'],
  [69, 'The provider or the network did not allow it.'],
  [70, 'A fault of our own, or books that do not add up.'],
  [74, 'A disk could not be read or written.'],
  [75, 'Not now: the same may succeed later.'],
  [77, 'Not allowed.'],
  [78, 'This Node is too old.'],
  [EXIT_STOPPED, 'You said no, or stopped it before the job was finished.']
]

export interface ExitCode {
  exit: number
  meaning: string
  /** Codes of the errors that have it. */
  errors: string[]
}

export function exitCodes(): ExitCode[] {
  const all = [...Object.entries(ERRORS), ...Object.entries(MACHINE)]
  return MEANINGS.map(([exit, meaning]) => {
    const errors = all.filter(([, row]) => row.exit === exit).map(([code]) => code)
    return { exit, meaning, errors }
  })
}

/** The table of exit codes for people: one line a code, with the errors that have it. */
export const exitCodesText = (columns = 78): string =>
  exitCodes()
    .flatMap(({ exit, meaning, errors }) => [
      `${String(exit).padStart(4)}  ${meaning}`,
      ...wrapped(errors.join(', '), columns - 6).map((line) => `      ${line}`)
    ])
    .join('\n')

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + word.length >= width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
