// `floodgate contents`: what a provider sells, for its customers and for itself.

import { FloodgateError } from '@floodgate/protocol'
import type { ContentJson } from '@floodgate/tracker'
import { fetchContents } from '../provider/api-client.ts'
import { changedLine } from '../provider/booking-lines.ts'
import { expectSettings, homeOf, type Home } from '../provider/home.ts'
import { missingOf, shelvedAt } from '../provider/shelf.ts'
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

type Listed = ContentJson & { missing?: number }

async function runContents({ out, signal }: Session, options: ContentsOptions): Promise<void> {
  const { data } = options
  const forSale = await unlessStopped(signal, fetchContents(await urlOf(options)))
  const contents: Listed[] = data === undefined ? forSale : await withMissing(forSale, homeOf(data))
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
  for (const { infoHash, missing = 0, pieces } of contents) {
    if (missing > 0) out.warn('data-changed', changedLine(infoHash, missing, pieces))
  }
}

/** Beside what everybody sees, for the operator: how many pieces our seeder lacks. */
const withMissing = (contents: ContentJson[], home: Home): Promise<Listed[]> =>
  Promise.all(
    contents.map(async (one) => {
      const missing = await missingOf(shelvedAt(home.contents, one.infoHash))
      return { ...one, missing }
    })
  )

async function urlOf({ provider, data }: ContentsOptions): Promise<string> {
  if ((provider === undefined) === (data === undefined)) {
    throw new FloodgateError('bad-option', 'say --provider or --data')
  }
  return provider ?? (await expectSettings(homeOf(data!))).url
}
