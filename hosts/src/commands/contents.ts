// `floodgate contents`: what a provider sells, for its customers and for itself.

import { FloodgateError } from '@floodgate/protocol'
import { fetchContents } from '../provider/api-client.ts'
import { expectSettings, homeOf } from '../provider/home.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { money, parseUrl, size } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface ContentsOptions {
  provider?: string
  data?: string
}

export const addContents: AddCommand = (program, act) => {
  program
    .command('contents')
    .description('list what a provider sells')
    .option('--provider <url>', 'the provider', parseUrl)
    .option('--data <dir>', 'or the directory of your own, which must be running')
    .addHelpText(
      'after',
      examples(
        'floodgate contents --provider https://cdn.example',
        'floodgate contents --data ./shop'
      )
    )
    .action(act((session, options: ContentsOptions) => runContents(session, options)))
}

async function runContents({ out, signal }: Session, options: ContentsOptions): Promise<void> {
  const contents = await unlessStopped(signal, fetchContents(await urlOf(options)))
  out.tell('contents', { contents })
  if (contents.length === 0) return out.say('nothing is for sale')
  const rows = contents.map(
    ({ name, infoHash, pieces, pieceLength, length, price, currency, free, mode }) => [
      name,
      size(length),
      pieces,
      size(pieceLength),
      money(BigInt(price), currency),
      money(BigInt(price) * BigInt(pieces - free), currency),
      free,
      mode,
      infoHash
    ]
  )
  const columns = ['size', 'pieces', 'of', 'a piece', 'all', 'free'].map((head) => ({
    head,
    right: true
  }))
  out.say(table([{ head: 'content' }, ...columns, { head: 'swarm' }, { head: 'info hash' }], rows))
}

async function urlOf({ provider, data }: ContentsOptions): Promise<string> {
  if ((provider === undefined) === (data === undefined)) {
    throw new FloodgateError('bad-option', 'say --provider or --data')
  }
  return provider ?? (await expectSettings(homeOf(data!))).url
}
