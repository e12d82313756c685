// What commands that sell have in common: how much they give, and a wallet that earns until they are stopped.

import { stopped } from '../stop.ts'
import { tellTraded } from '../trade/summary.ts'
import type { Trading, TradingOptions } from '../trade/trading.ts'
import { count, money, parseCount, parseSize, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { startTrading, type Session } from './command.ts'

export const LIMIT_OPTION = [
  '--limit <n>',
  'unpaid pieces that one buyer may have from us',
  parseCount(1, 32)
] as const
export const UPLOAD_OPTION = [
  '--upload-limit <size>',
  'upload per second, such as 1M',
  parseSize
] as const
export const TURNS_OPTION = [
  '--turns',
  'on a slow line: send first to who came least far (experimental)'
] as const
export const PORT_OPTION = [
  '--port <n>',
  'port for incoming connections (default any)',
  parseCount(0, 65535)
] as const

/** What has to be done before there is something to sell, or while; tells the currency as soon as an offer says it. */
type Sell = (trading: Trading, knows: (currency: string) => void) => Promise<void>

/** Sells until it is stopped, and tells what is earned. Throws what `sell` throws. */
export async function sellUntilStopped(
  { out, signal }: Session,
  options: WalletOptions,
  terms: Omit<TradingOptions, 'wallet' | 'out'>,
  sell: Sell
): Promise<void> {
  let trading: Trading | undefined
  const wallet = await openWallet(options, signal, (error) => trading?.fail(error))
  let currency = ''
  try {
    trading = await startTrading({ wallet, out, ...terms })
    trading.floodgate.on('earned', ({ uid, indexes, price }) => {
      const amount = money(price * BigInt(indexes.length), currency)
      out.say(`earned ${amount} from ${short(uid)} for ${count(indexes.length, 'piece')}`)
    })
    await sell(trading, (said) => (currency = said))
    await trading.whileTrading(stopped(signal))
  } finally {
    await trading?.leave()
    if (trading !== undefined && currency !== '') tellTraded(out, trading, currency)
    await (trading ?? wallet).close()
  }
}
