// `floodgate willing`: gives disk and uplink to contents that are not released yet, downloads them at the provider's cost, and
// sells them on.

import { unlessStopped } from '../stop.ts'
import type { Trading } from '../trade/trading.ts'
import { tellTraded } from '../trade/summary.ts'
import { Willingness } from '../trade/willingness.ts'
import { count, money, parseCount, parseRate, parseSize, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import {
  PASSPHRASE_OPTION,
  examples,
  startTrading,
  type AddCommand,
  type Session
} from './command.ts'

interface WillingOptions extends WalletOptions {
  disk: number
  uplink: number
  out: string
  limit?: number
  port?: number
}

export const addWilling: AddCommand = (program, act) => {
  program
    .command('willing')
    .description(
      'take sealed contents before their release at the provider’s cost, and sell them on, until stopped'
    )
    .requiredOption('--disk <size>', 'room for them in all, such as 50GB', parseSize)
    .requiredOption('--uplink <rate>', 'what to give per second, such as 2MB/s', parseRate)
    .requiredOption('--wallet <file>', 'the wallet that earns; nothing is bought with its money')
    .option('--out <dir>', 'where to put them', '.')
    .option('--limit <n>', 'unpaid pieces that one buyer may have from us', parseCount(1, 32))
    .option('--port <n>', 'port for incoming connections (default any)', parseCount(0, 65535))
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples('floodgate willing --disk 50GB --uplink 2MB/s --wallet me.wallet --out ~/films')
    )
    .action(act((session, options: WillingOptions) => runWilling(session, options)))
}

async function runWilling({ out, signal }: Session, options: WillingOptions): Promise<void> {
  let trading: Trading | undefined
  const wallet = await openWallet(options, signal, (error) => trading?.fail(error))
  let currency = ''
  try {
    const { limit, port, disk, uplink } = options
    trading = await startTrading({
      ...{ wallet, out, limit, port, uploadLimit: uplink },
      ...{ approve: () => true, pushed: true, fatal: false }
    })
    trading.floodgate.on('earned', ({ uid, indexes, price }) => {
      const amount = money(price * BigInt(indexes.length), currency)
      out.say(`earned ${amount} from ${short(uid)} for ${count(indexes.length, 'piece')}`)
    })
    const willingness = new Willingness(trading, out, { path: options.out, disk, uplink })
    willingness.onOffer = (offer) => (currency = offer.currency)
    await unlessStopped(signal, trading.whileTrading(willingness.keep(signal)))
  } finally {
    await trading?.leave()
    if (trading !== undefined && currency !== '') tellTraded(out, trading, currency)
    await (trading ?? wallet).close()
  }
}
