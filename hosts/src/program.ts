// The program: its commands, its help, and how an action becomes a process that ends with the right exit code.

import { readFileSync } from 'node:fs'
import { Command, CommanderError, Help, type Option } from 'commander'
import { addAttack } from './commands/attack.ts'
import { addAudit } from './commands/audit.ts'
import { addBackup, addRestore } from './commands/backup.ts'
import { addBooks } from './commands/books.ts'
import { addClaim } from './commands/claim.ts'
import type { Act, AddCommand, Session } from './commands/command.ts'
import { addConfig } from './commands/config.ts'
import { addContents } from './commands/contents.ts'
import { addCourt } from './commands/court.ts'
import { addCoupon, addPromotion } from './commands/coupon.ts'
import { addDeposit } from './commands/deposit.ts'
import { addGet } from './commands/get.ts'
import { addGift } from './commands/gift.ts'
import { addImport } from './commands/import.ts'
import { addOwn } from './commands/own.ts'
import { addPayout } from './commands/payout.ts'
import { addPolicy } from './commands/policy.ts'
import { addPoolSeeder } from './commands/pool-seeder.ts'
import { addProvider } from './commands/provider.ts'
import { addPublish } from './commands/publish.ts'
import { addPushBudget } from './commands/push-budget.ts'
import { addQos } from './commands/qos.ts'
import { addRedeem } from './commands/redeem.ts'
import { addRegister } from './commands/register.ts'
import { addRisk } from './commands/risk.ts'
import { addSeed } from './commands/seed.ts'
import { addStatement } from './commands/statement.ts'
import { addToken } from './commands/token.ts'
import { addTopUp } from './commands/top-up.ts'
import { addTrace } from './commands/trace.ts'
import { addWallet } from './commands/wallet.ts'
import { addWilling } from './commands/willing.ts'
import { addWithdraw } from './commands/withdraw.ts'
import { exitCodes, exitCodesText, failureOf } from './failures.ts'
import { createOutput, endWithReader, type Output } from './output.ts'
import { stopSignal } from './stop.ts'

const EXIT_USAGE = 64

/** In the order in which one meets them. */
const COMMANDS: AddCommand[] = [
  addProvider,
  addConfig,
  addToken,
  addPublish,
  addContents,
  addWithdraw,
  addPushBudget,
  addDeposit,
  addPayout,
  addPolicy,
  addImport,
  addGift,
  addCoupon,
  addPromotion,
  addBooks,
  addStatement,
  addAudit,
  addBackup,
  addRestore,
  addCourt,
  addRisk,
  addQos,
  addOwn,
  addTrace,
  addRegister,
  addTopUp,
  addRedeem,
  addGet,
  addSeed,
  addWilling,
  addClaim,
  addWallet,
  addAttack,
  addPoolSeeder
]

const versionOf = (): string => {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Runs the command line `args`; answers the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  let exit = 0
  const program = new Command('floodgate')
  const act: Act =
    (action) =>
    async (...given) => {
      exit = await perform(program.opts<{ json?: boolean }>().json === true, (session) =>
        action(session, ...given)
      )
    }
  build(program, act)
  endWithReader()
  try {
    await program.parseAsync(args, { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      // commander has told people already.
      const isHelp = error.code === 'commander.help'
      const text = isHelp ? 'Say what to do: a command is missing.' : error.message
      const fields = { code: 'bad-option', text, exit: EXIT_USAGE }
      if (args.includes('--json')) createOutput(true).tell('error', fields)
      return EXIT_USAGE
    }
    // Options are parsed before there is a session: what they throw is the user's to read.
    const failure = failureOf(error)
    createOutput(args.includes('--json')).fail(failure)
    return failure.exit
  }
}

/** Gives the program its commands; `act` decides what their actions do. */
export function build(program: Command, act: Act): void {
  program
    .description('Pay the people who seed for you.')
    .version(versionOf())
    .option('--json', 'print one JSON object a line on stdout, texts for people on stderr')
    .configureHelp({ showGlobalOptions: true, optionDescription })
    .showHelpAfterError('(floodgate help <command> tells more)')
    .exitOverride()
  for (const add of COMMANDS) add(program, act)
  program
    .command('exit-codes')
    .description(`the exit codes:\n${exitCodesText()}`)
    .summary('show the exit codes')
    .action(act(({ out }) => tellExitCodes(out)))
  program.addHelpText('after', '\nExit codes: floodgate help exit-codes\n')
}

function tellExitCodes(out: Output): void {
  out.tell('exit-codes', { codes: exitCodes() })
  out.say(exitCodesText())
}

/** As commander has it, and whether the command can do without. */
function optionDescription(option: Option): string {
  const text = new Help().optionDescription(option)
  return option.mandatory ? `${text} (required)` : text
}

async function perform(
  json: boolean,
  action: (session: Session) => Promise<number | void> | void
): Promise<number> {
  const out = createOutput(json)
  try {
    return (await action({ out, signal: stopSignal() })) ?? 0
  } catch (error) {
    const failure = failureOf(error)
    out.fail(failure)
    if (failure.code === 'internal' && error instanceof Error) out.say(error.stack ?? '')
    return failure.exit
  }
}
