// `floodgate willing`: gives disk and uplink to contents that are not released yet, downloads them at the provider's cost, and
// sells them on.

import { stopped } from '../stop.ts'
import { Willingness } from '../trade/willingness.ts'
import { parseRate, parseSize } from '../units.ts'
import type { WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'
import { LIMIT_OPTION, PORT_OPTION, sellUntilStopped } from './selling.ts'

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
    .option(...LIMIT_OPTION)
    .option(...PORT_OPTION)
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples('floodgate willing --disk 50GB --uplink 2MB/s --wallet me.wallet --out ~/films')
    )
    .action(act((session, options: WillingOptions) => runWilling(session, options)))
}

async function runWilling(session: Session, options: WillingOptions): Promise<void> {
  const { out, signal } = session
  const { limit, port, disk, uplink, out: path } = options
  const pushed = { approve: () => true, pushed: true, fatal: false }
  const terms = { limit, port, uploadLimit: uplink, ...pushed }
  await sellUntilStopped(session, options, terms, async (trading, knows) => {
    const willingness = new Willingness(trading, out, { path, disk, uplink })
    willingness.onOffer = ({ currency }) => knows(currency)
    // Listens first: to be stopped is how this ends well.
    await Promise.race([stopped(signal), trading.whileTrading(willingness.keep(signal))])
  })
}
