// A line for money that came in, as the running provider tells it.

import type { Command, MoneyInCommand, MoneyInOutcomes } from '@floodgate/tracker'
import { count, money, short } from '../units.ts'

const KINDS: Record<MoneyInCommand['kind'], true> = {
  ...{ order: true, refer: true, advise: true, assign: true, issueGifts: true },
  ...{ redeemGift: true, issueCoupon: true, takeCoupon: true, dropCoupon: true, fund: true }
}

export const isMoneyIn = (command: Command): command is MoneyInCommand =>
  Object.hasOwn(KINDS, command.kind)

type Told = [event: string, fields: object, text: string]

/** Nothing for what is of no interest by itself, or was known. */
export function moneyInLines(
  currency: string,
  command: MoneyInCommand,
  outcome: MoneyInOutcomes[MoneyInCommand['kind']]
): Told[] {
  if ('repeated' in outcome && outcome.repeated) return []
  const amount = (minor: bigint): string => money(minor, currency)
  switch (command.kind) {
    case 'advise':
      return (outcome as MoneyInOutcomes['advise']).advices.flatMap((one, i) => {
        const { adviceId, state, code, uid, amountMinor, repeated } = one
        if (repeated) return []
        const { source, advised, payer, currency: its } = command.advices[i]!
        const fields = { advice: adviceId, source, advised, state, code, uid, amount: amountMinor }
        const whose = uid === '' ? payer : short(uid)
        const why = code === '' ? '' : `: ${code}`
        const text = `${source.padEnd(9)} ${advised} of ${money(amountMinor, its)} ${whose}, ${state}${why}`
        return [['advice', { ...fields, currency: its }, text]]
      })
    case 'assign': {
      const { adviceId, uid, reason } = command
      const { amountMinor } = outcome as MoneyInOutcomes['assign']
      const whose = uid === '' ? 'set aside' : short(uid)
      const text = `assigned  ${whose}  ${amount(amountMinor)}  ${reason}`
      return [['assigned', { advice: adviceId, uid, amount: amountMinor, reason }, text]]
    }
    case 'issueGifts': {
      const { hashes, amountMinor, reason } = command
      const text = `gifts     ${count(hashes.length, 'code')} of ${amount(amountMinor)}  ${reason}`
      return [['gifts', { codes: hashes.length, amount: amountMinor, reason }, text]]
    }
    case 'redeemGift': {
      const { uid, amountMinor } = outcome as MoneyInOutcomes['redeemGift']
      const text = `gift      ${short(uid)}  ${amount(amountMinor)}`
      return [['gift', { uid, amount: amountMinor }, text]]
    }
    case 'takeCoupon': {
      const { couponId, uid } = command
      return [['coupon', { uid, coupon: couponId }, `coupon    ${short(uid)}  ${couponId}`]]
    }
    case 'dropCoupon': {
      const { couponId, uid } = command
      const text = `coupon    ${short(uid)}  ${couponId} given back`
      return [['coupon-dropped', { uid, coupon: couponId }, text]]
    }
    case 'fund': {
      const { amountMinor, reason } = command
      const text = `promotion ${amount(amountMinor)}  ${reason}`
      return [['funded', { amount: amountMinor, reason }, text]]
    }
    case 'order':
    case 'refer':
    case 'issueCoupon':
      return []
  }
}
