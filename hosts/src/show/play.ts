// The main job as a play on loopback: a provider with its first seeder sells a file to three buyers, who sell it on to each
// other. Every part is played by the real command in a process of its own.

import { randomBytes } from 'node:crypto'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { decimalOf } from '@floodgate/protocol'
import { fetchStatus } from '../provider/api-client.ts'
import { unlessStopped } from '../stop.ts'
import type { Share } from '../trade/tally.ts'
import { Tally } from '../trade/tally.ts'
import { count, money, rate, size } from '../units.ts'
import { Child, type Line } from './child.ts'
import type { Books, Facts, Seen } from './facts.ts'
import { MIB, messagesOf, pieceLengthFor, sha256Of, sharesOf, tradeOf } from './reading.ts'
import type { Screen } from './screen.ts'

interface PlayOptions {
  /** What is sold. */
  file: string
  /** Temporary directory, empty. */
  dir: string
  screen: Screen
  signal: AbortSignal
  /** Bytes per second of the first seeder. */
  uploadLimit?: number
}

const PRICE = 2n
const CURRENCY = 'EUR'
/** Left on each buyer's account when all is bought. */
const SPARE = 100n
const JOINS = ['torrent file', 'info hash', 'magnet link'] as const
/** So slow that buyers must trade with each other, so fast that nobody is bored. */
const UPLOAD_SECONDS = 12

interface Buyer {
  name: string
  joined: string
  wallet: string
  out: string
  uid: string
  deposited: bigint
}

/** What is for sale, from the lines of `floodgate publish`. */
interface Sale {
  infoHash: string
  torrent: string
  magnet: string
  name: string
  pieces: number
  total: bigint
}

export class Play {
  readonly #options: PlayOptions
  readonly #children: Child[] = []
  readonly #env = { FLOODGATE_PASSPHRASE: randomBytes(12).toString('base64url') }
  readonly #startedAt = performance.now()

  constructor(options: PlayOptions) {
    this.#options = options
  }

  /** Ends every process that still runs. */
  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()))
  }

  /** Writes what each process said to a file of its own, for whoever looks for a fault. */
  async writeLogs(dir: string): Promise<void> {
    await mkdir(dir, { recursive: true })
    for (const [i, child] of this.#children.entries()) {
      const name = `${String(i).padStart(2, '0')}-${child.name.replace(' ', '-')}.log`
      await writeFile(join(dir, name), child.log)
    }
  }

  async run(): Promise<Facts> {
    const { file, screen } = this.#options
    const { size: bytes } = await stat(file)
    const sourceHash = sha256Of(file)
    sourceHash.catch(() => undefined) // awaited at the end
    const uploadLimit = this.#options.uploadLimit ?? Math.max(MIB / 4, bytes / UPLOAD_SECONDS)
    screen.say(`For sale: ${file}, ${size(bytes)}.`)
    screen.say(
      `The first seeder gives at most ${rate(uploadLimit)}, so that buyers have reason to trade with each other.`
    )
    const { provider, url, uid } = await this.#openShop(uploadLimit)
    const sold = new Tally()
    provider.onLine((line) => {
      if (line.event === 'earned') sold.earned(tradeOf(line))
    })
    const sale = await this.#publish(bytes)
    screen.say(
      `${count(sale.pieces, 'piece')} at ${money(PRICE, CURRENCY)}: ${money(sale.total, CURRENCY)} for all of it.`
    )
    const buyers = await Promise.all(JOINS.map((how, i) => this.#join(how, i, url, sale)))
    const before = await fetchStatus(url)
    const traders = buyers.map((buyer) => this.#get(buyer, sale))
    screen.watch(provider, traders, sale.pieces)
    const done = await this.#unless(Promise.all(traders.map((trader) => trader.until('done'))))
    const after = await fetchStatus(url)
    screen.stop()
    screen.say('Everybody has it. The buyers stop, then they claim what they earned.')
    const traded = await Promise.all(traders.map((trader) => this.#leave(trader)))
    const claimed = await Promise.all(buyers.map((buyer) => this.#claim(buyer)))
    const seederClaimed = await this.#seederClaims(provider, uid, sold.earnedMinor)
    if ((await provider.stop()) !== 0) throw provider.failure()
    const seen = buyers.map(async (buyer, i): Promise<Seen> => {
      const copy = join(buyer.out, sale.name)
      const bytes = (await stat(copy)).size
      const facts = { bytes, sha256: await sha256Of(copy), claimed: claimed[i]! }
      return { ...buyer, ...facts, pieces: Number(done[i]!['pieces']), ...traded[i]! }
    })
    return {
      ...{ file: basename(file), bytes, pieces: sale.pieces, price: PRICE, currency: CURRENCY },
      sha256: await sourceHash,
      seeder: { uid, earned: sold.earnedMinor, claimed: seederClaimed, sold: sold.sold },
      buyers: await Promise.all(seen),
      messages: messagesOf(before, after, JOINS.filter((how) => how === 'info hash').length),
      books: await this.#audit(),
      seconds: (performance.now() - this.#startedAt) / 1000
    }
  }

  #start(name: string, ...args: string[]): Child {
    const child = new Child(name, args, this.#env)
    this.#children.push(child)
    return child
  }

  /** Runs a command that ends by itself; answers its line `event`. */
  async #command(name: string, event: string, ...args: string[]): Promise<Line> {
    const child = this.#start(name, ...args)
    await this.#unless(child.succeeded())
    return child.until(event)
  }

  #unless<T>(work: Promise<T>): Promise<T> {
    return unlessStopped(this.#options.signal, work)
  }

  get #shop(): string {
    return join(this.#options.dir, 'provider')
  }

  async #openShop(uploadLimit: number): Promise<{ provider: Child; url: string; uid: string }> {
    const limit = String(Math.round(uploadLimit))
    const provider = this.#start(
      'seeder',
      ...['provider', '--data', this.#shop, '--port', '0', '--host', '127.0.0.1'],
      ...['--name', 'The show', '--currency', CURRENCY, '--upload-limit', limit]
    )
    const { url } = await this.#unless(provider.until('listening'))
    const { uid } = await this.#unless(provider.until('seeder'))
    return { provider, url: String(url), uid: String(uid) }
  }

  async #publish(bytes: number): Promise<Sale> {
    const { file } = this.#options
    const pieceLength = String(pieceLengthFor(bytes))
    const line = await this.#command(
      'publish',
      'published',
      ...['publish', file, '--data', this.#shop, '--price', `${decimalOf(PRICE, CURRENCY)}/piece`],
      ...['--piece-length', pieceLength]
    )
    const text = (field: string): string => String(line[field])
    return {
      ...{ infoHash: text('infoHash'), torrent: text('torrent'), magnet: text('magnet') },
      ...{ name: text('name'), pieces: Number(line['pieces']), total: BigInt(text('total')) }
    }
  }

  async #join(joined: string, index: number, url: string, { total }: Sale): Promise<Buyer> {
    const name = `buyer ${index + 1}`
    const home = join(this.#options.dir, `buyer-${index + 1}`)
    const wallet = join(home, 'wallet.json')
    const register = ['register', '--provider', url, '--wallet', wallet, '--payment', 'pretend']
    const uid = String((await this.#command(name, 'registered', ...register))['uid'])
    const deposited = total + SPARE
    await this.#command(
      'operator',
      'deposited',
      ...[
        'deposit',
        uid,
        decimalOf(deposited, CURRENCY),
        '--data',
        this.#shop,
        '--reason',
        'the show'
      ]
    )
    return { name, joined, wallet, out: join(home, 'files'), uid, deposited }
  }

  #get({ name, joined, wallet, out }: Buyer, sale: Sale): Child {
    const named = {
      'torrent file': sale.torrent,
      'info hash': sale.infoHash,
      'magnet link': sale.magnet
    }
    const target = named[joined as keyof typeof named]
    return this.#start(name, 'get', target, '--wallet', wallet, '--out', out, '--yes', '--seed')
  }

  async #leave(
    trader: Child
  ): Promise<{ paid: bigint; earned: bigint; bought: Share[]; sold: Share[] }> {
    if ((await trader.stop()) !== 0) throw trader.failure()
    const line = await trader.until('traded')
    return {
      ...{ paid: BigInt(String(line['paid'])), earned: BigInt(String(line['earned'])) },
      ...{ bought: sharesOf(line['bought']), sold: sharesOf(line['sold']) }
    }
  }

  async #claim({ name, wallet }: Buyer): Promise<bigint> {
    const line = await this.#command(name, 'claimed', 'claim', '--wallet', wallet)
    return BigInt(String(line['credited']))
  }

  /** The provider's seeder claims by itself when trade rests; waits until it has claimed all it earned. */
  async #seederClaims(provider: Child, uid: string, earned: bigint): Promise<bigint> {
    const credited = (): bigint =>
      provider
        .seen('claim')
        .filter((line) => line['uid'] === uid)
        .reduce((total, line) => total + BigInt(String(line['credited'])), 0n)
    if (credited() < earned) {
      await this.#unless(provider.until('claim', () => credited() >= earned))
    }
    return credited()
  }

  async #audit(): Promise<Books> {
    const line = await this.#command('books', 'books', 'books', '--data', this.#shop)
    const amount = (field: string): bigint => BigInt(String(line[field]))
    const accounts = line['accounts'] as { account: string; debits: string; credits: string }[]
    return {
      ...{ deposits: amount('depositsMinor'), escrow: amount('escrowMinor') },
      ...{ debits: amount('debitsMinor'), credits: amount('creditsMinor') },
      faults: line['faults'] as string[],
      balances: new Map(
        accounts
          .filter(({ account }) => account.startsWith('peer:'))
          .map(({ account, debits, credits }) => [
            account.slice('peer:'.length),
            BigInt(credits) - BigInt(debits)
          ])
      )
    }
  }
}
