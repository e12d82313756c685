// The passphrase of a wallet: from the environment, a file, or a person who types it unseen.

import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { FloodgateError } from '@floodgate/protocol'

const PASSPHRASE_VARIABLE = 'FLOODGATE_PASSPHRASE'

export interface PassphraseSource {
  /** A file whose first line it is. */
  passphraseFile?: string
}

/**
 * Finds the passphrase; for a new wallet a person types it twice. Throws `bad-option` when there is none to be had, or
 * when the two differ.
 */
export async function findPassphrase(
  { passphraseFile }: PassphraseSource,
  signal: AbortSignal,
  fresh = false
): Promise<string> {
  if (passphraseFile !== undefined) {
    return (await readFile(passphraseFile, 'utf8')).split(/\r?\n/)[0] ?? ''
  }
  const given = process.env[PASSPHRASE_VARIABLE]
  if (given !== undefined) return given
  if (process.stdin.isTTY !== true) {
    throw new FloodgateError('bad-option', `set ${PASSPHRASE_VARIABLE} or give --passphrase-file`)
  }
  const first = await ask(fresh ? 'Passphrase for the new wallet: ' : 'Passphrase: ', signal)
  if (fresh && first !== (await ask('The same again: ', signal))) {
    throw new FloodgateError('bad-option', 'the two passphrases differ')
  }
  return first
}

/** One line from the terminal, without echo. Prompts go to stderr: stdout may be read by a program. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question)
  const mute = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: mute, terminal: true })
  // In raw mode the terminal hands Ctrl-C to us as a key.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await lines.question('', { signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}

/** A yes-or-no question; only `y` and `yes` mean yes. Throws `bad-option` where nobody can answer, naming what to say. */
export async function confirm(
  question: string,
  signal: AbortSignal,
  otherwise = '--yes'
): Promise<boolean> {
  if (process.stdin.isTTY !== true) {
    throw new FloodgateError('bad-option', `nobody can be asked here: say ${otherwise}`)
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `, { signal })).trim())
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    lines.close()
  }
}
