// `floodgate publish`: makes the torrent, puts it on the provider's shelf, and waits until it is sold.

import { basename, resolve } from 'node:path'
import { FloodgateError, codeOf, toHex, type ServicePromise } from '@floodgate/protocol'
import { sealedLength } from '@floodgate/push'
import type { ContentJson } from '@floodgate/tracker'
import { createByteBar } from '../bars.ts'
import { fetchContents } from '../provider/api-client.ts'
import { expectSettings, homeOf, makeHome, type Settings } from '../provider/home.ts'
import { loadKeys } from '../provider/keys.ts'
import { saveSecret } from '../provider/sealed.ts'
import {
  SEALED_ENDING,
  sealBeside,
  sealingOf,
  type Sealing,
  type SealingOptions
} from '../provider/sealing.ts'
import { shelve, shelvedOf } from '../provider/shelf.ts'
import { webSeedOf } from '../provider/origin.ts'
import {
  contentLength,
  describeTorrent,
  expectPieceLength,
  makeTorrent,
  withWebSeed
} from '../provider/torrent.ts'
import { pause, unlessStopped } from '../stop.ts'
import { parsePrice, perGbOf, priceOf, type Price, type PriceText, type Rounded } from '../price.ts'
import { parsePromise, sayPromise } from '../service-promise.ts'
import { count, money, parseCount, parseSize, parseTime, size } from '../units.ts'
import type { Output } from '../output.ts'
import { examples, type AddCommand, type Session } from './command.ts'

/** A running provider looks at its shelf twice a second; a disk may be slow. */
const SOLD_WITHIN_MS = 15_000
const ASK_EVERY_MS = 250
/** Hashing is told so often; a file of some gigabytes has thousands of pieces. */
const TELL_EVERY_MS = 250

interface PublishOptions extends SealingOptions {
  data: string
  price: PriceText
  pieceLength?: number
  anyRounding?: boolean
  open?: boolean
  freePieces: number
  title?: string
  promise?: ServicePromise
}

export const addPublish: AddCommand = (program, act) => {
  program
    .command('publish')
    .description('offer a file or directory for sale')
    .argument('<path>', 'file or directory; it stays where it is and must not change')
    .requiredOption('--data <dir>', 'directory of the provider')
    .requiredOption(
      '--price <price>',
      'such as 0.02/piece, or 1.50/GB, which is rounded to whole units a piece',
      parsePrice
    )
    .option('--piece-length <size>', 'length of a piece, a power of two such as 1M', (text) =>
      expectPieceLength(parseSize(text))
    )
    .option('--any-rounding', 'take a price per GB however far off rounding makes it')
    .option('--open', 'serve peers without Floodgate too, a free share')
    .option(
      '--free-pieces <n>',
      'give so many pieces from the first on for nothing',
      parseCount(0, 65535),
      0
    )
    .option(
      '--promise <words>',
      "what every buyer gets, and what a miss brings, such as 'start 2 s, rate 500 kB/s for 95 %, credit 20 %'",
      parsePromise
    )
    .option('--title <text>', 'name of the content (default: that of the file)')
    .option(
      '--sealed',
      'encrypt the file, beside itself: its keys are sold apart, from --release on'
    )
    .option('--release <time>', 'such as 2026-12-24T20:00:00Z; with --sealed', parseTime)
    .option('--key-price <amount>', 'of the keys, such as 5.00; with --sealed')
    .option(
      '--push-budget <amount>',
      'pay willing peers’ downloads before the release, up to so much; with --sealed'
    )
    .addHelpText(
      'after',
      examples(
        'floodgate publish film.mkv --price 0.02/piece --data ./shop',
        'floodgate publish film.mkv --price 1.50/GB --data ./shop',
        'floodgate publish talks/ --price 0.01/piece --piece-length 1M --title "Talks 2026" --data ./shop',
        'floodgate publish film.mkv --price 0.01/piece --sealed --release 2026-12-24T20:00:00Z --key-price 5.00 --push-budget 200.00 --data ./shop'
      )
    )
    .action(
      act((session, path: string, options: PublishOptions) => runPublish(session, path, options))
    )
}

async function runPublish(
  { out, signal }: Session,
  path: string,
  options: PublishOptions
): Promise<void> {
  const home = homeOf(options.data)
  const settings = await expectSettings(home)
  const { url: api, currency } = settings
  const plainBytes = await contentLength(path)
  const sealing = sealingOf(options, currency)
  const bytes = sealing === undefined ? plainBytes : sealedLength(plainBytes)
  const price = priceOf(options.price, currency, bytes, options)
  if (price.rounded !== undefined) tellRounding(out, price, price.rounded, currency)
  const plainName = nameOf(options.title ?? basename(resolve(path)))
  const name = sealing === undefined ? plainName : plainName + SEALED_ENDING
  await makeHome(home)
  const goods = sealing && (await sealBeside(path, plainBytes, sealing, { out, signal }))
  const data = goods?.path ?? path
  const { rootKey } = await loadKeys(home)
  const { freePieces: free, promise } = options
  const terms = { price: price.minor, open: options.open === true, free, promise }
  const offer = { rootKey, api, currency, ...terms, ...(sealing && { sealed: sealing.terms }) }
  const request = { path: data, name, offer, pieceLength: price.pieceLength }
  let torrent = await makeWithBar({ out, signal }, bytes, request)
  const { infoHash, pieces, length, magnet, isOneFile } = await describeTorrent(torrent)
  const isFree = settings.origin === 'free' && offer.open
  const webSeed = isFree ? webSeedOf(api, { infoHash, name, isOneFile }) : undefined
  if (webSeed !== undefined) torrent = withWebSeed(torrent, webSeed)
  if (goods !== undefined) await saveSecret(home, infoHash, goods.secret)
  const { torrentFile } = await shelve(home.contents, { infoHash, torrent, name, data })
  const contents = await waitUntilSold(settings, infoHash, signal)
  const sold = contents !== undefined
  const older = (await shelvedOf(home.contents, data)).filter(
    (one) => one !== infoHash && (!sold || contents.some((listed) => listed.infoHash === one))
  )
  const total = price.minor * BigInt(pieces - free)
  const perGb = perGbOf(total, length)
  out.tell('published', {
    ...{ name, infoHash, pieces, length, price: price.minor, total, perGb },
    ...{ currency, magnet, free },
    ...{ torrent: torrentFile, api, open: offer.open, sold, older, webSeed },
    rootKey: toHex(rootKey),
    ...(sealing && { ...sealing.terms, pushBudget: sealing.pushBudget }),
    ...(promise !== undefined && { promise })
  })
  out.say(
    [
      `${name}: ${size(length)} in ${count(pieces, 'piece')}, ${money(price.minor, currency)} each, ${money(total, currency)} in all, which is ${money(perGb, currency)} per GB`,
      ...(free > 0 ? [`free       the first ${count(free, 'piece')}`] : []),
      ...(sealing === undefined ? [] : [releaseLine(sealing, currency)]),
      ...(promise === undefined ? [] : [`promised   ${sayPromise(promise)}`]),
      `info hash  ${infoHash}`,
      `torrent    ${torrentFile}`,
      `magnet     ${magnet}`,
      ...(webSeed === undefined ? [] : [`web seed   ${webSeed}`]),
      sold
        ? `for sale at ${api}`
        : `It will be for sale as soon as the provider runs: floodgate provider --data ${home.dir}`
    ].join('\n')
  )
  // At another price it is another content, and the cheaper one is bought.
  for (const one of older) {
    const state = sold ? 'is still' : 'may still be'
    const advice = `floodgate withdraw ${one} --data ${home.dir}`
    out.say(`An older offer of the same data ${state} for sale; to end that: ${advice}`)
  }
}

/** Hashing takes long: people see a bar, programs hear of it. */
async function makeWithBar(
  { out, signal }: Session,
  bytes: number,
  request: Parameters<typeof makeTorrent>[0]
): Promise<Uint8Array> {
  const bar = createByteBar(out, 'hashing', bytes)
  try {
    let toldAt = 0
    const onProgress = (hashed: number, length: number): void => {
      bar(hashed, '')
      if (hashed < length && Date.now() - toldAt < TELL_EVERY_MS) return
      toldAt = Date.now()
      out.tell('hashing', { hashed, length })
    }
    return await unlessStopped(signal, makeTorrent({ ...request, onProgress }))
  } finally {
    bar.stop()
  }
}

const releaseLine = ({ terms, pushBudget }: Sealing, currency: string): string =>
  `release    ${new Date(terms.release).toISOString()}, keys at ${money(terms.keyPrice, currency)}, up to ${money(pushBudget, currency)} for willing peers`

/** Before anything is published: what the price is in truth, for whoever buys all of it. */
function tellRounding(
  out: Output,
  { minor, pieceLength }: Price,
  { pieces, perGbMinor, isExact, offPercent }: Rounded,
  currency: string
): void {
  const all = `${count(pieces, 'piece')} of ${size(pieceLength!)} at ${money(minor, currency)}`
  const offText = offPercent === 0 ? 'less than 0.1' : String(offPercent)
  const off = isExact ? 'exactly as asked' : `${offText} % off what was asked`
  const fields = { price: minor, pieceLength, pieces, perGb: perGbMinor, offPercent, currency }
  out.tell('price', fields, `${all}, which is ${money(perGbMinor, currency)} per GB, ${off}`)
}

/** A title becomes a file name at every buyer's. Throws `bad-option`. */
function nameOf(title: string): string {
  const bad = title === '' || title === '.' || title === '..' || title.length > 200
  const isOdd = (char: string): boolean => char < ' ' || '/\\<>:"|?*'.includes(char)
  if (!bad && ![...title].some(isOdd)) return title
  throw new FloodgateError(
    'bad-option',
    `${JSON.stringify(title)} cannot be a file name: say --title`
  )
}

/** What is for sale, when the running provider lists it; undefined when none runs. Throws `unreachable` when it runs and does not. */
async function waitUntilSold(
  { url }: Settings,
  infoHash: string,
  signal: AbortSignal
): Promise<ContentJson[] | undefined> {
  for (const until = Date.now() + SOLD_WITHIN_MS; Date.now() < until;) {
    try {
      const contents = await unlessStopped(signal, fetchContents(url))
      if (contents.some((content) => content.infoHash === infoHash)) return contents
    } catch (error) {
      if (codeOf(error) === 'unreachable') return undefined
      throw error
    }
    await pause(ASK_EVERY_MS, signal)
  }
  throw new FloodgateError(
    'unreachable',
    'the provider runs, but does not sell it: see what it prints'
  )
}
