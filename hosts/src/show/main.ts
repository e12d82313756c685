// `npm start [-- FILE] [-- --json]`: the whole of Floodgate on one machine, over loopback, in less than a minute.

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { failureOf } from '../failures.ts'
import { jsonLine } from '../output.ts'
import { stopSignal } from '../stop.ts'
import { parseSize } from '../units.ts'
import { checksOf, tradedAmongBuyers, type Check, type Facts } from './facts.ts'
import { Play } from './play.ts'
import { reportOf } from './report.ts'
import { liveScreen, plainScreen } from './screen.ts'

interface ShowOptions {
  json?: boolean
  uploadLimit?: number
  log?: string
}

const program = new Command('npm start --')
  .description('Sells a file to three buyers, who sell it on to each other, and checks every cent.')
  .argument('[file]', 'what is sold (default: the program of Node itself)', process.execPath)
  .option('--json', 'print one JSON object with all results')
  .option('--upload-limit <size>', 'the first seeder’s upload per second, such as 8M', parseSize)
  .option('--log <dir>', 'write what each process said to files')
  .action(async (file: string, options: ShowOptions) => {
    process.exitCode = await show(resolve(file), options)
  })
await program.parseAsync()

async function show(
  file: string,
  { json = false, uploadLimit, log }: ShowOptions
): Promise<number> {
  const stream = json ? process.stderr : process.stdout
  const screen = stream.isTTY === true ? liveScreen(stream) : plainScreen(stream)
  const signal = stopSignal()
  const dir = await mkdtemp(join(tmpdir(), 'floodgate-show-'))
  const play = new Play({ file, dir, screen, signal, uploadLimit })
  try {
    if (!(await stat(file)).isFile()) throw Object.assign(new Error(file), { code: 'EISDIR' })
    const facts = await play.run()
    const checks = checksOf(facts)
    const ok = checks.every((check) => check.ok)
    if (json) process.stdout.write(`${jsonLine(jsonOf(facts, checks))}\n`)
    screen.say(`\n${reportOf(facts, checks)}`)
    return ok ? 0 : 1
  } catch (error) {
    screen.stop()
    const failure = failureOf(error)
    if (json) process.stdout.write(`${jsonLine({ ok: false, error: failure })}\n`)
    process.stderr.write(`error: ${failure.text}\n`)
    return failure.exit
  } finally {
    await play.close()
    if (log !== undefined) await play.writeLogs(log)
    await rm(dir, { recursive: true, force: true })
  }
}

/** Amounts are decimal text in minor units. */
function jsonOf(facts: Facts, checks: Check[]): object {
  const { books } = facts
  return {
    ok: checks.every((check) => check.ok),
    ...facts,
    books: { ...books, balances: Object.fromEntries(books.balances) },
    tradedAmongBuyers: tradedAmongBuyers(facts),
    messagesPerPiece: facts.messages.other / (facts.pieces * facts.buyers.length),
    checks
  }
}
