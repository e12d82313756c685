// `floodgate deposit`: the operator books money that arrived for an account, or takes back what he booked by mistake.

import { randomUUID } from 'node:crypto'
import { FloodgateError, minorDigitsOf } from '@floodgate/protocol'
import { Stopped } from '../failures.ts'
import { confirm } from '../passphrase.ts'
import { postCorrection, postDeposit } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { amountIn, expectUid, money, parseAmount, parseReason } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

/** Whole units of the currency: who books more is asked, as one zero too many is quickly typed. */
const LARGE = 1000n

interface DepositOptions {
  data: string
  reason: string
  id?: string
  yes?: boolean
  takeBack?: boolean
}

export const addDeposit: AddCommand = (program, act) => {
  program
    .command('deposit')
    .description('book money that arrived for an account, or take back what was booked (operator)')
    .argument('<uid>', 'the account: 32 hex digits')
    .argument('<amount>', 'such as 12.50', parseAmount)
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .requiredOption(
      '--reason <text>',
      'what it is, such as "transfer 4711"; the account’s owner reads it too',
      parseReason
    )
    .option('--id <id>', 'names this booking: the same id is booked only once (default: a new one)')
    .option(
      '--take-back',
      'money booked by mistake leaves the account, all of it or nothing; wants an --id that names this'
    )
    .option('--yes', `do not ask, also above ${LARGE} whole units of the currency`)
    .addHelpText(
      'after',
      examples(
        'floodgate deposit 9f2c… 12.50 --reason "transfer 4711" --id bank-4711 --data ./shop',
        'floodgate deposit 9f2c… 12.50 --take-back --reason "transfer 4711 was booked twice" --id back-4711 --data ./shop'
      )
    )
    .action(
      act((session, uid: string, amount: string, options: DepositOptions) =>
        runDeposit(session, uid, amount, options)
      )
    )
}

async function runDeposit(
  { out, signal }: Session,
  uid: string,
  text: string,
  { data, reason, id, yes = false, takeBack = false }: DepositOptions
): Promise<void> {
  expectUid(uid)
  if (takeBack && id === undefined) {
    throw new FloodgateError('bad-option', '--take-back wants --id: said again, it takes no more')
  }
  const provider = await operatorOf(data)
  const { currency } = provider
  const amount = amountIn(text, currency)
  if (amount === 0n) throw new FloodgateError('bad-option', 'an amount above 0')
  const [act, post] = takeBack ? ['Take back', postCorrection] : ['Book', postDeposit]
  const name = id ?? randomUUID()
  const question = `${act} ${money(amount, currency)} for ${uid}?`
  const isLarge = amount > LARGE * 10n ** BigInt(minorDigitsOf(currency))
  if (isLarge && !yes && !(await confirm(question, signal))) throw new Stopped('Nothing is booked.')
  const posting = post(provider, { uid, amount: String(amount), reason, id: name })
  const { booked, balance } = await unlessStopped(signal, posting)
  const done = takeBack ? 'taken back' : 'booked'
  const what = booked ? done : `${name} was ${done} before, nothing moved:`
  out.tell(
    takeBack ? 'corrected' : 'deposited',
    { uid, amount, reason, id: name, booked, balance, currency },
    `${what} ${money(amount, currency)} for ${uid}, balance ${money(BigInt(balance), currency)}`
  )
}
