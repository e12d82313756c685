// `floodgate seed`: sells contents that are here already. It buys nothing.

import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import parseTorrent from 'parse-torrent'
import { ReadOnlyStore } from '../read-only-store.ts'
import { unlessStopped } from '../stop.ts'
import { isThere } from '../there.ts'
import { findTarget } from '../trade/target.ts'
import type { Trading } from '../trade/trading.ts'
import { count, money } from '../units.ts'
import type { WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'
import {
  LIMIT_OPTION,
  PORT_OPTION,
  TURNS_OPTION,
  UPLOAD_OPTION,
  sellUntilStopped
} from './selling.ts'

interface SeedOptions extends WalletOptions {
  torrent: string[]
  limit?: number
  uploadLimit?: number
  turns?: boolean
  port?: number
}

const collect = (one: string, before: string[] = []): string[] => [...before, one]

export const addSeed: AddCommand = (program, act) => {
  program
    .command('seed')
    .description('sell contents that are here already, until stopped')
    .argument('<path...>', 'the contents, or directories that hold them')
    .requiredOption(
      '--torrent <torrent>',
      'torrent file, info hash or address; may be repeated',
      collect
    )
    .requiredOption('--wallet <file>', 'the wallet that earns')
    .option(...LIMIT_OPTION)
    .option(...UPLOAD_OPTION)
    .option(...TURNS_OPTION)
    .option(...PORT_OPTION)
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples('floodgate seed ~/films --torrent film.torrent --wallet me.wallet')
    )
    .action(
      act((session, paths: string[], options: SeedOptions) => runSeed(session, paths, options))
    )
}

async function runSeed(session: Session, paths: string[], options: SeedOptions): Promise<void> {
  await Promise.all(paths.map((path) => stat(path)))
  const { limit, uploadLimit, turns, port, torrent } = options
  const terms = { limit, uploadLimit, turns, port, approve: () => false }
  const { out, signal } = session
  await sellUntilStopped(session, options, terms, async (trading, knows) => {
    for (const named of torrent) {
      knows(await unlessStopped(signal, seedOne(trading, named, paths, out)))
    }
  })
}

/** Seeds one content; answers its currency. Throws `bad-option` when none of its pieces is here. */
async function seedOne(
  trading: Trading,
  named: string,
  paths: string[],
  out: Session['out']
): Promise<string> {
  const target = await findTarget(named, trading.wallet.api)
  if (typeof target === 'string')
    throw new FloodgateError('bad-option', 'seeding needs the torrent file')
  const { name } = await parseTorrent(target)
  const path = await placeOf(name, paths)
  const { torrent, offer } = await trading.add(target, { path, store: ReadOnlyStore }, 'ready')
  const pieces = torrent.pieces.length
  const here = torrent.pieces.filter((_, index) => torrent.bitfield.get(index)).length
  if (here === 0) throw new FloodgateError('bad-option', `what is in ${path} is not ${name}`)
  const { infoHash } = torrent
  const text = `seeding ${name}: ${here} of ${count(pieces, 'piece')} at ${money(offer.price, offer.currency)}`
  out.tell('seeding', { infoHash, name, pieces, missing: pieces - here }, text)
  return offer.currency
}

/** The directory that holds `name`: one of the paths is it, or holds it. Throws `bad-option`. */
async function placeOf(name: string, paths: string[]): Promise<string> {
  for (const path of paths.map((one) => resolve(one))) {
    if (basename(path) === name && (await isThere(path))) return dirname(path)
    if (await isThere(join(path, name))) return path
  }
  throw new FloodgateError('bad-option', `none of the paths is or holds ${name}`)
}
