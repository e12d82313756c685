// `floodgate get`: buys and downloads a content, and may stay to sell it on.

import { unlessStopped } from '../stop.ts'
import { Download, type DownloadOptions } from '../trade/download.ts'
import { parseFiles, parsePieces } from '../trade/parts.ts'
import { findTarget } from '../trade/target.ts'
import type { Trading } from '../trade/trading.ts'
import { parseAmount, parseSize } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import {
  PASSPHRASE_OPTION,
  examples,
  startTrading,
  type AddCommand,
  type Session
} from './command.ts'
import { LIMIT_OPTION, PORT_OPTION, TURNS_OPTION, UPLOAD_OPTION } from './selling.ts'

interface GetOptions extends WalletOptions, DownloadOptions {
  limit?: number
  uploadLimit?: number
  turns?: boolean
  downloadLimit?: number
  port?: number
}

export const addGet: AddCommand = (program, act) => {
  program
    .command('get')
    .description(
      'buy and download a content or a part of it; run it again to go on, or for the rest'
    )
    .argument('<torrent>', 'torrent file, magnet link, info hash, or address of a torrent file')
    .requiredOption('--wallet <file>', 'the wallet that pays')
    .option('--out <dir>', 'where to put it', '.')
    .option(
      '--files <list>',
      'only these files, by their number from 1 on, such as 1,3',
      parseFiles
    )
    .option('--pieces <list>', 'only these pieces, from 0 on, such as 0-99,200', parsePieces)
    .option('--seed', 'stay when it is here, and sell it to others until stopped')
    .option('--yes', 'buy without asking')
    .option(
      '--price-max <amount>',
      'buy without asking if all of it costs no more, such as 12.50',
      parseAmount
    )
    .option(
      '--wait',
      'for the release of a sealed content, then buy its keys; without it, say when that is'
    )
    .option(...LIMIT_OPTION)
    .option(...UPLOAD_OPTION)
    .option(...TURNS_OPTION)
    .option('--download-limit <size>', 'download per second, such as 4M', parseSize)
    .option(...PORT_OPTION)
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples(
        'floodgate get film.torrent --wallet me.wallet --out ~/films',
        'floodgate get "magnet:?xt=…" --wallet me.wallet --price-max 5.00 --seed',
        'floodgate get talks.torrent --files 1,3 --wallet me.wallet',
        'floodgate get premiere.torrent --wallet me.wallet --yes --wait'
      )
    )
    .action(act((session, named: string, options: GetOptions) => runGet(session, named, options)))
}

async function runGet({ out, signal }: Session, named: string, options: GetOptions): Promise<void> {
  let trading: Trading | undefined
  const wallet = await openWallet(options, signal, (error) => trading?.fail(error))
  const download = new Download(out, signal, options)
  try {
    const target = await unlessStopped(signal, findTarget(named, wallet.api))
    trading = await startTrading({
      ...{ wallet, out, chatty: true, limit: options.limit, port: options.port },
      ...{ uploadLimit: options.uploadLimit, turns: options.turns },
      downloadLimit: options.downloadLimit,
      approve: (...asked) => download.approve(...asked)
    })
    await download.run(trading, target)
  } finally {
    await (trading ?? wallet).close()
  }
}
