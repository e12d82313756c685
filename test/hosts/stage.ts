// A provider in a process of its own with contents for sale, and people with wallets: every act is a real command.

import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decimalOf } from '@floodgate/protocol'
import { Child, type Line } from '../../hosts/src/show/child.ts'

export const PASSPHRASE = 'correct horse'
export const KIB = 1024

export interface Person {
  uid: string
  wallet: string
  out: string
}

export interface Sold {
  infoHash: string
  torrent: string
  magnet: string
  name: string
  pieces: number
  total: bigint
  bytes: Buffer
}

export class Stage {
  readonly dir: string
  readonly #children: Child[] = []
  provider!: Child
  url = ''
  seeder = ''

  private constructor(dir: string) {
    this.dir = dir
  }

  /** A running provider. */
  static async open(...args: string[]): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'floodgate-test-')))
    await stage.startProvider(...args)
    return stage
  }

  /** A running provider that the text of a configuration file tells what to do. */
  static async configured(yaml: string): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'floodgate-test-')))
    await stage.startProvider('--port', '0', ...(await stage.config(yaml)))
    return stage
  }

  get shop(): string {
    return join(this.dir, 'shop')
  }

  /** Options that name a configuration file of this text. */
  async config(yaml: string): Promise<string[]> {
    const file = join(this.dir, 'provider.yaml')
    await writeFile(file, yaml)
    return ['--config', file]
  }

  /** What a configuration says of seeding is for the test to wait for. */
  async startProvider(...args: string[]): Promise<void> {
    this.provider = this.start('provider', '--data', this.shop, ...args)
    this.url = String((await this.provider.until('listening'))['url'])
    if (args.includes('--no-seed') || args.includes('--config')) return
    this.seeder = String((await this.provider.until('seeder'))['uid'])
  }

  /** The directory of one more process of the same provider, which keeps its ledger in PostgreSQL. */
  async twin(name: string): Promise<string> {
    const dir = join(this.dir, name)
    await mkdir(dir)
    for (const file of ['keys.json', 'operator-token', 'ledger-url']) {
      await cp(join(this.shop, file), join(dir, file))
    }
    return dir
  }

  /** Starts a command that may go on for long. */
  start(command: string, ...args: string[]): Child {
    return this.startWith({}, command, ...args)
  }

  startWith(env: Record<string, string>, command: string, ...args: string[]): Child {
    const child = new Child(command, [command, ...args], {
      FLOODGATE_PASSPHRASE: PASSPHRASE,
      ...env
    })
    this.#children.push(child)
    return child
  }

  /** Runs a command that must succeed; answers its line `event`. */
  async command(event: string, ...command: [string, ...string[]]): Promise<Line> {
    const child = this.start(...command)
    await child.succeeded()
    return child.until(event)
  }

  async publish(
    name: string,
    length: number,
    { price = 2, pieceLength = 64 * KIB } = {}
  ): Promise<Sold> {
    const bytes = randomBytes(length)
    const file = join(this.dir, name)
    await writeFile(file, bytes)
    const line = await this.command(
      'published',
      'publish',
      ...[
        file,
        '--data',
        this.shop,
        '--price',
        `${decimalOf(BigInt(price), 'EUR')}/piece`,
        '--piece-length',
        String(pieceLength)
      ]
    )
    await this.provider.until('seeding', (one) => one['infoHash'] === line['infoHash'])
    const text = (field: string): string => String(line[field])
    return {
      ...{ infoHash: text('infoHash'), torrent: text('torrent'), magnet: text('magnet'), name },
      ...{ pieces: Number(line['pieces']), total: BigInt(text('total')), bytes }
    }
  }

  /** A person with an account, and `deposit` cents on it. */
  async person(name: string, deposit: bigint): Promise<Person> {
    const wallet = join(this.dir, `${name}.wallet`)
    const line = await this.command(
      'registered',
      'register',
      '--provider',
      this.url,
      '--wallet',
      wallet
    )
    const uid = String(line['uid'])
    if (deposit > 0n) await this.deposit(uid, deposit)
    return { uid, wallet, out: join(this.dir, name) }
  }

  deposit(uid: string, amount: bigint): Promise<Line> {
    const args = [uid, decimalOf(amount, 'EUR'), '--data', this.shop, '--reason', 'a test']
    return this.command('deposited', 'deposit', ...args)
  }

  get({ wallet, out }: Person, target: string, ...args: string[]): Child {
    return this.start('get', target, '--wallet', wallet, '--out', out, '--yes', ...args)
  }

  /** What `floodgate wallet` says of an account. */
  async account({
    wallet
  }: Person): Promise<Record<'balance' | 'earned' | 'spent' | 'escrow', bigint>> {
    const { account } = await this.command('wallet', 'wallet', '--wallet', wallet)
    const amount = (field: string): bigint => BigInt((account as Record<string, string>)[field]!)
    return {
      ...{ balance: amount('balance'), earned: amount('earned') },
      ...{ spent: amount('spent'), escrow: amount('escrow') }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.map((child) => child.stop()))
    await rm(this.dir, { recursive: true, force: true })
  }
}

/** Sum of an amount over lines. */
export const sumOf = (lines: Line[], field: string): bigint =>
  lines.reduce((sum, line) => sum + BigInt(String(line[field])), 0n)
