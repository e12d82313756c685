// `floodgate redeem`: a gift code becomes money on an account, a coupon makes its next purchase cheaper.

import { dropCoupon, redeemCode, type RedeemedCode } from '@floodgate/wallet'
import { unlessStopped } from '../stop.ts'
import { money, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

interface RedeemOptions extends WalletOptions {
  drop?: boolean
}

export const addRedeem: AddCommand = (program, act) => {
  program
    .command('redeem')
    .description('redeem a gift code, or take a coupon for the next purchase')
    .argument('<code>', 'as it was given; hyphens, spaces and small letters say nothing')
    .requiredOption('--wallet <file>', 'the wallet')
    .option('--drop', 'give a coupon back that you took: you pay the full price again')
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples(
        'floodgate redeem 7Q2F5-0M3XK-9AB4C-ZD81R --wallet me.wallet',
        'floodgate redeem SPRING26 --wallet me.wallet',
        'floodgate redeem --drop SPRING26 --wallet me.wallet'
      )
    )
    .action(
      act((session, code: string, options: RedeemOptions) => runRedeem(session, code, options))
    )
}

async function runRedeem(
  { out, signal }: Session,
  code: string,
  options: RedeemOptions
): Promise<void> {
  const wallet = await openWallet(options, signal)
  try {
    if (options.drop === true) {
      const { coupon } = await unlessStopped(signal, dropCoupon(wallet, code))
      return out.tell('dropped', { coupon }, `${coupon}: given back`)
    }
    const redeemed = await unlessStopped(signal, redeemCode(wallet, code))
    out.tell('redeemed', redeemed, textOf(redeemed))
  } finally {
    await wallet.close()
  }
}

function textOf(redeemed: RedeemedCode): string {
  const { amount, currency } = redeemed
  if (redeemed.code === 'gift') {
    return `${money(amount, currency)} redeemed, balance ${money(redeemed.balance, currency)}`
  }
  const { coupon, infoHash, share, until } = redeemed
  const off = share > 0 ? `${share / 100} %` : money(amount, currency)
  const what = infoHash === '' ? 'the next purchase' : `the next purchase of ${short(infoHash)}…`
  const end = until === 0 ? '' : `, until ${new Date(until).toISOString().slice(0, 16)}Z`
  return `${coupon}: ${off} off ${what}${end}`
}
