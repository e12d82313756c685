// `floodgate import`: bank statements become deposits, and what could not be assigned is shown and assigned by hand.

import { readFile } from 'node:fs/promises'
import { FloodgateError } from '@floodgate/protocol'
import type { AdviceJson, AdvicesJson, StatementsJson } from '@floodgate/tracker'
import {
  fetchAdvices,
  postAssign,
  postStatements,
  type OperatorApi
} from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { count, money, parseReason, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface ImportOptions {
  data: string
  unassigned?: boolean
  assign?: string
  to?: string
  setAside?: boolean
  reason?: string
}

export const addImport: AddCommand = (program, act) => {
  program
    .command('import')
    .description('book the transfers in bank statements, camt.052, .053 or .054 (operator)')
    .argument('[files...]', 'statements; one that was imported before moves nothing')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .option('--unassigned', 'show what waits for you, and what was noted')
    .option(
      '--assign <payment>',
      'book a payment that waits, with --to and --reason, or set one aside'
    )
    .option('--to <uid>', 'the account that it is for')
    .option(
      '--set-aside',
      'with --assign: it is for no account, or it was noted and you have seen to it'
    )
    .option('--reason <text>', 'why; it stands in the books', parseReason)
    .addHelpText(
      'after',
      examples(
        'floodgate import statement.xml --data ./shop',
        'floodgate import --unassigned --data ./shop',
        'floodgate import --assign sepa-09ab… --to 9f2c… --reason "asked by mail" --data ./shop'
      )
    )
    .action(
      act((session, files: string[], options: ImportOptions) => runImport(session, files, options))
    )
}

async function runImport(session: Session, files: string[], options: ImportOptions): Promise<void> {
  expectOptions(files, options)
  const provider = await operatorOf(options.data)
  for (const file of files) await importFile(session, provider, file)
  if (options.assign !== undefined) await assign(session, provider, options.assign, options)
  if (options.unassigned === true) await showOpen(session, provider)
}

/** Before anything is read or booked: nothing is half done because a word is missing. Throws `bad-option`. */
function expectOptions(
  files: string[],
  { assign, unassigned, to, setAside, reason }: ImportOptions
) {
  const bad = (text: string) => new FloodgateError('bad-option', text)
  if (assign === undefined) {
    if (files.length === 0 && unassigned !== true) throw bad('say which files, or --unassigned')
    return
  }
  if ((to === undefined) === (setAside !== true)) throw bad('say --to, or --set-aside')
  if (reason === undefined) throw bad('say --reason')
}

async function importFile(
  { out, signal }: Session,
  provider: OperatorApi,
  file: string
): Promise<void> {
  const bytes = new Uint8Array(await readFile(file))
  const taken = await unlessStopped(signal, postStatements(provider, bytes)).catch(
    (error: unknown) => {
      if (!(error instanceof FloodgateError)) throw error
      throw new FloodgateError(error.code, `${file}: ${error.detail}`)
    }
  )
  out.tell('imported', { file, ...taken })
  out.say(textOf(file, taken))
}

function textOf(file: string, { statements, pending, payments }: StatementsJson): string {
  const fresh = payments.filter(({ repeated }) => !repeated)
  const ofState = (state: string) => fresh.filter((one) => one.state === state)
  const [booked, waiting, noted] = [ofState('booked'), ofState('waiting'), ofState('noted')]
  const known = payments.length - fresh.length
  const lines = [
    `${file}: ${count(statements, 'statement')}, ${booked.length} booked, ${waiting.length} unassigned, ${noted.length} noted, ${known} known before, ${pending} not final yet`
  ]
  for (const { uid, amount, currency, payer } of booked) {
    lines.push(`  ${short(uid)}  ${money(BigInt(amount), currency).padStart(14)}  ${payer}`)
  }
  if (waiting.length > 0) lines.push('floodgate import --unassigned shows what waits for you')
  return lines.join('\n')
}

async function assign(
  { out, signal }: Session,
  provider: OperatorApi,
  advice: string,
  { to, reason = '' }: ImportOptions
): Promise<void> {
  const order = { advice, uid: to ?? '', reason }
  const assigned = await unlessStopped(signal, postAssign(provider, order))
  const what = to === undefined ? 'set aside' : `booked for ${to}`
  out.tell('assigned', { ...assigned, reason }, `${advice} ${what}`)
}

async function showOpen({ out, signal }: Session, provider: OperatorApi): Promise<void> {
  const open = await unlessStopped(signal, fetchAdvices(provider))
  out.tell('unassigned', open)
  out.say(openText(open))
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10)

function openText({ waiting, noted }: AdvicesJson): string {
  const heads = (...names: string[]) => names.map((head) => ({ head }))
  const rowOf = ({ advice, amount, currency, payer, text, at }: AdviceJson) => {
    return [advice, day(at), money(BigInt(amount), currency), payer, text.slice(0, 40)]
  }
  const parts = [
    `${count(waiting.length, 'payment')} unassigned, ${count(noted.length, 'payment')} noted`
  ]
  if (waiting.length > 0) {
    const columns = heads('unassigned', 'since', 'amount', 'from', 'text', 'why')
    parts.push(
      table(
        columns,
        waiting.map((one) => [...rowOf(one), one.code])
      )
    )
  }
  if (noted.length > 0) {
    const columns = heads('noted', 'since', 'amount', 'from', 'text', 'what', 'account')
    const rows = noted.map((one) => [...rowOf(one), one.advised, short(one.uid)])
    parts.push(table(columns, rows))
  }
  return parts.join('\n')
}
