// `floodgate policy check`: says whether a payout policy is one, what it does, and what it would have paid so far.

import { homeOf, expectSettings } from '../provider/home.ts'
import { payoutsOf, readPolicy } from '../provider/policy-file.ts'
import { table } from '../tables.ts'
import { count, money, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface PolicyOptions {
  replay?: boolean
  data?: string
  currency: string
}

/** A policy may be meant for any provider. */
const ANY_HOME = '<directory of the provider>'

export const addPolicy: AddCommand = (program, act) => {
  program
    .command('policy')
    .description('look at payout policies')
    .command('check')
    .description('check a payout policy, and say in words what it does')
    .argument('<file>', 'YAML or JSON; the policy, or a file with a payout section')
    .option('--replay', 'say what it would have paid over the journal (with --data)')
    .option('--data <dir>', 'directory of a provider that is not running')
    .option('--currency <code>', 'of the ledger, without --data', 'EUR')
    .addHelpText(
      'after',
      examples(
        'floodgate policy check payout.yaml',
        'floodgate policy check payout.yaml --replay --data ./shop'
      )
    )
    .action(act((session, file: string, options: PolicyOptions) => check(session, file, options)))
}

async function check(session: Session, file: string, options: PolicyOptions): Promise<void> {
  const { out } = session
  const { FloodgateError } = await import('@floodgate/protocol')
  const { replay, data } = options
  if (replay === true && data === undefined) {
    throw new FloodgateError('bad-option', '--replay needs --data')
  }
  const { setupOf } = await import('@floodgate/tracker')
  const home = data === undefined ? undefined : homeOf(data)
  const currency = home === undefined ? options.currency : (await expectSettings(home)).currency
  const policy = await readPolicy(file, currency, payoutsOf(home?.dir ?? ANY_HOME))
  const setup = setupOf(policy, currency)
  out.tell('policy', { file, currency, words: setup.words }, setup.words.join('\n'))
  if (replay !== true || home === undefined) return
  const { openLedger } = await import('../provider/ledger.ts')
  const { replayPolicy } = await import('@floodgate/tracker')
  const store = await openLedger(home, { currency })
  try {
    const found = await replayPolicy(setup, store, Date.now())
    out.tell('replay', { ...found, currency })
    const rows = found.accounts.map(({ uid, paidMinor, payouts, balanceMinor, shares }) => [
      ...[short(uid), money(paidMinor, currency), payouts, money(balanceMinor, currency)],
      shares
        .map(({ reason, amountMinor }) => `${reason} ${money(amountMinor, currency)}`)
        .join(', ')
    ])
    const heads = ['account', 'paid', 'payouts', 'stays', 'why']
    if (rows.length > 0)
      out.say(
        table(
          heads.map((head) => ({ head })),
          rows
        )
      )
    const { lines, runs, paidMinor } = found
    const all = `${money(paidMinor, currency)} in ${count(runs, 'run')} over ${count(lines, 'line')}`
    out.say(`${all}; each account’s sums add up.`)
  } finally {
    await store.close()
  }
}
