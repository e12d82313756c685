// `floodgate coupon` offers coupons, `floodgate promotion` puts the money behind them.

import { randomUUID } from 'node:crypto'
import { FloodgateError } from '@floodgate/protocol'
import type { PromotionJson } from '@floodgate/tracker'
import { fetchPromotion, postMoneyIn } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { amountIn, money, parseReason, parseCount, parseTime, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

const USES_MAX = 999_999_999

interface CouponOptions {
  data: string
  off: string
  content?: string
  uses: number
  perAccount: number
  until?: number
}

interface PromotionOptions {
  data: string
  reason: string
  id?: string
}

export const addCoupon: AddCommand = (program, act) => {
  program
    .command('coupon')
    .description('offer a coupon that takes something off a purchase, at your cost (operator)')
    .argument('<code>', '3 to 16 letters and digits, such as SPRING26')
    .requiredOption('--off <share or money>', 'such as 20% or 1.50')
    .option('--content <info hash>', 'only for this content (default: for any)')
    .requiredOption('--uses <n>', 'how often by all together', parseCount(1, USES_MAX))
    .option('--per-account <n>', 'how often by one account', parseCount(1, USES_MAX), 1)
    .option('--until <time>', 'purchases from then on cost the full price', parseTime)
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .addHelpText(
      'after',
      examples(
        'floodgate coupon SPRING26 --off 20% --uses 100 --until 2027-05-31 --data ./shop',
        'floodgate promotion 50.00 --reason "spring" --data ./shop'
      )
    )
    .action(
      act((session, code: string, options: CouponOptions) => runCoupon(session, code, options))
    )
}

export const addPromotion: AddCommand = (program, act) => {
  program
    .command('promotion')
    .description(
      'put money behind coupons; without an amount, show coupons and gift codes (operator)'
    )
    .argument('[amount]', 'such as 50.00')
    .option('--reason <text>', 'what it is for; it stands in the books', parseReason, '')
    .option('--id <id>', 'names this act: the same id is booked only once (default: a new one)')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .addHelpText(
      'after',
      examples(
        'floodgate promotion 50.00 --reason "spring" --data ./shop',
        'floodgate promotion --data ./shop'
      )
    )
    .action(
      act((session, amount: string | undefined, options: PromotionOptions) =>
        runPromotion(session, amount, options)
      )
    )
}

async function runCoupon(
  { out, signal }: Session,
  code: string,
  { data, off, content = '', uses, perAccount, until = 0 }: CouponOptions
): Promise<void> {
  const provider = await operatorOf(data)
  const terms = offOf(off, provider.currency)
  const limits = { uses: String(uses), usesPerAccount: String(perAccount), until: String(until) }
  const order = { code, infoHash: content, ...terms, ...limits }
  const { id, booked } = await unlessStopped(signal, postMoneyIn(provider, 'coupons', order))
  const what = booked ? 'is offered' : 'was offered before'
  out.tell('coupon', { code: id, booked, ...terms, content }, `${id} ${what}: ${off} off`)
}

/** `20%` or `12.5%` in ten-thousandths, or an amount. */
function offOf(text: string, currency: string): { share: string; amount: string } {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?\s*%$/.exec(text)
  if (found === null) return { share: '0', amount: String(amountIn(text, currency)) }
  const share = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
  if (share >= 1 && share <= 10_000) return { share: String(share), amount: '0' }
  throw new FloodgateError('bad-option', `--off ${text}: above 0 % and at most 100 %`)
}

async function runPromotion(
  { out, signal }: Session,
  text: string | undefined,
  { data, reason, id = randomUUID() }: PromotionOptions
): Promise<void> {
  const provider = await operatorOf(data)
  const { currency } = provider
  if (text !== undefined) {
    const amount = amountIn(text, currency)
    const order = { id, amount: String(amount), reason }
    const { booked } = await unlessStopped(signal, postMoneyIn(provider, 'promotion', order))
    const what = booked ? 'booked' : `${id} was booked before, nothing moved:`
    out.tell('funded', { id, amount, reason, booked }, `${what} ${money(amount, currency)}`)
  }
  const books = await unlessStopped(signal, fetchPromotion(provider))
  out.tell('promotion', books)
  out.say(textOf(books))
}

function textOf({ currency, gifts, promotion, coupons }: PromotionJson): string {
  const amount = (minor: string): string => money(BigInt(minor), currency)
  const parts = [`behind coupons ${amount(promotion)}, unredeemed gift codes ${amount(gifts)}`]
  const heads = ['coupon', 'off', 'content', 'used', 'until'].map((head) => ({ head }))
  const rows = coupons.map(({ code, share, amount: off, infoHash, uses, usesMax, until }) => [
    ...[code, share > 0 ? `${share / 100} %` : amount(off)],
    ...[infoHash === '' ? 'any' : short(infoHash), `${uses} of ${usesMax}`],
    until === 0 ? '' : new Date(until).toISOString().slice(0, 16)
  ])
  if (rows.length > 0) parts.push(table(heads, rows))
  return parts.join('\n')
}
