// `floodgate attack`: makes the attacks of the lab against real clients on this machine, and shows
// what each brought.

import { FloodgateError } from '@floodgate/protocol'
import { ATTACKS } from '../attack/table.ts'
import type { Result } from '../attack/run.ts'
import type { Attack } from '../attack/scenario.ts'
import { machine } from '../machine.ts'
import { jsonLine } from '../output.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { count, money } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

/** As for all faults of our own; see failures.ts. */
const EXIT_SUCCEEDED = 70
const CURRENCY = 'EUR'

const lines = (): string =>
  ATTACKS.map(({ name, line }) => `  ${name.padEnd(22)} ${line}`).join('\n')

export const addAttack: AddCommand = (program, act) => {
  const names = ATTACKS.map(({ name }) => name)
  program
    .command('attack')
    .description('attack real clients on a local swarm, and measure what it brings')
    .usage('<name|all|list> [options]')
    .argument('<name>', 'one of those below, all or list', oneOf([...names, 'all', 'list']))
    .addHelpText('after', `\nAttacks:\n${lines()}\n`)
    .addHelpText('after', examples('floodgate attack all', 'floodgate attack junk-piece --json'))
    .action(act((session, name: string) => runAttacks(session, name)))
}

function oneOf(names: string[]): (name: string) => string {
  return (name) => {
    if (names.includes(name)) return name
    throw new FloodgateError('bad-option', `no attack ${name}; floodgate attack list shows them`)
  }
}

async function runAttacks({ out, signal }: Session, name: string): Promise<number> {
  if (name === 'list') {
    const attacks = ATTACKS.map((attack) => ({ name: attack.name, line: attack.line }))
    process.stdout.write(out.json ? `${jsonLine({ attacks })}\n` : `${lines()}\n`)
    return 0
  }
  const chosen = ATTACKS.filter((attack) => name === 'all' || attack.name === name)
  const results: Result[] = []
  for (const attack of chosen) results.push(await unlessStopped(signal, make(attack)))
  const rows = results.map(({ row }) => row)
  const report = { bench: 'attack', machine: machine(), results: rows }
  process.stdout.write(out.json ? `${jsonLine(report)}\n` : `${tableOf(results)}\n`)
  return rows.every(({ ok }) => ok) ? 0 : EXIT_SUCCEEDED
}

/**
 * Makes one attack, and tells people on stderr. WebTorrent takes half a second to load: only here.
 */
async function make(attack: Attack): Promise<Result> {
  const { runAttack } = await import('../attack/run.ts')
  const tell = (text: string): void => void process.stderr.write(text)
  const start = performance.now()
  tell(`${attack.name.padEnd(22)} `)
  const result = await runAttack(attack)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  tell(`${result.row.ok ? 'held' : 'SUCCEEDED'} (${seconds} s)\n`)
  for (const why of result.wrong) tell(`  ${why}\n`)
  return result
}

function tableOf(results: Result[]): string {
  const columns = ['attack', 'gain', 'of', 'money', 'worst loss', '', 'bans', 'defence', '']
  const right = new Set([1, 2, 3, 4, 5, 6])
  const rows = results.map(({ row, honestLossMoney }) => [
    row.name,
    count(row.attackerGainPieces, 'piece'),
    row.boundPieces,
    money(BigInt(row.attackerGainMoney), CURRENCY),
    count(row.worstHonestLossPieces, 'piece'),
    money(honestLossMoney, CURRENCY),
    row.honestBans,
    row.defence,
    row.ok ? 'ok' : 'NOT OK'
  ])
  return table(
    columns.map((head, at) => ({ head, right: right.has(at) })),
    rows
  )
}
