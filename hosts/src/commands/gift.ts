// `floodgate gift`: makes gift codes. They are shown once, here: the provider keeps only their hashes.

import { randomBytes } from 'node:crypto'
import { giftCodeOf, giftHashOf, platformCrypto, readGiftCode } from '@floodgate/protocol'
import { postMoneyIn } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { amountIn, count, money, parseReason, parseCount, parseTime } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

const CODES_MAX = 1000

interface GiftOptions {
  data: string
  amount: string
  count: number
  expires?: number
  reason: string
}

export const addGift: AddCommand = (program, act) => {
  program
    .command('gift')
    .description('make gift codes, which whoever has them redeems as money (operator)')
    .requiredOption('--amount <money>', 'what each is worth, such as 5.00')
    .requiredOption('--count <n>', 'how many', parseCount(1, CODES_MAX))
    .option('--expires <time>', 'until when, such as 2027-12-31', parseTime)
    .option('--reason <text>', 'for whom; it stands in the books', parseReason, '')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .addHelpText('after', examples('floodgate gift --amount 5.00 --count 10 --data ./shop'))
    .action(act((session, options: GiftOptions) => runGift(session, options)))
}

async function runGift({ out, signal }: Session, options: GiftOptions): Promise<void> {
  const provider = await operatorOf(options.data)
  const { currency } = provider
  const amount = amountIn(options.amount, currency)
  const { reason, expires = 0 } = options
  const codes = Array.from({ length: options.count }, newCode)
  const hashes = codes.map((code) => giftHashOf(platformCrypto, readGiftCode(code)!)).join(' ')
  const id = `gifts-${randomBytes(8).toString('hex')}`
  const order = { id, hashes, amount: String(amount), expires: String(expires), reason }
  // Shown only once they are good.
  await unlessStopped(signal, postMoneyIn(provider, 'gifts', order))
  const worth = amount * BigInt(codes.length)
  out.tell('gifts', { id, amount, currency, expires, codes })
  out.say(codes.join('\n'))
  out.warn(
    'shown-once',
    `${count(codes.length, 'code')}, ${money(worth, currency)} together. Nobody can show them again.`
  )
}

/** Draws until the check symbol is one that shells and telephones leave alone. */
function newCode(): string {
  for (;;) {
    const code = giftCodeOf(randomBytes(12))
    if (code !== undefined) return code
  }
}
