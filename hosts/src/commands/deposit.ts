// `floodgate deposit`: the operator books money that arrived for an account.

import { randomUUID } from 'node:crypto'
import { FloodgateError } from '@floodgate/protocol'
import { postDeposit } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { amountIn, parseAmount, expectUid, money } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface DepositOptions {
  data: string
  reason: string
  id?: string
}

export const addDeposit: AddCommand = (program, act) => {
  program
    .command('deposit')
    .description('book money that arrived for an account (operator)')
    .argument('<uid>', 'the account: 32 hex digits')
    .argument('<amount>', 'such as 12.50', parseAmount)
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .requiredOption('--reason <text>', 'what it is, such as "transfer 4711"')
    .option('--id <id>', 'names this deposit: the same id is booked only once (default: a new one)')
    .addHelpText(
      'after',
      examples(
        'floodgate deposit 9f2c… 12.50 --reason "transfer 4711" --id bank-4711 --data ./shop'
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
  { data, reason, id = randomUUID() }: DepositOptions
): Promise<void> {
  expectUid(uid)
  const provider = await operatorOf(data)
  const { currency } = provider
  const amount = amountIn(text, currency)
  if (amount === 0n) throw new FloodgateError('bad-option', 'an amount above 0')
  const posting = postDeposit(provider, { uid, amount: String(amount), reason, id })
  const { booked, balance } = await unlessStopped(signal, posting)
  const what = booked ? 'booked' : `${id} was booked before, nothing moved:`
  out.tell(
    'deposited',
    { uid, amount, reason, id, booked, balance, currency },
    `${what} ${money(amount, currency)} for ${uid}, balance ${money(BigInt(balance), currency)}`
  )
}
