// `floodgate provider`: tracker, API, ledger and first seeder in one process, told about line by line.

import { toHex } from '@floodgate/protocol'
import type { Command as LedgerCommand, OutcomeOf } from '@floodgate/tracker'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { courtLine } from '../provider/court-lines.ts'
import type { FirstSeeder } from '../provider/first-seeder.ts'
import { homeOf } from '../provider/home.ts'
import { payoutLine } from '../provider/payout-lines.ts'
import type { Service } from '../provider/service.ts'
import { Shop } from '../provider/shop.ts'
import { stopped } from '../stop.ts'
import { count, money, parseCount, parseSize, parseUrl, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface ProviderOptions {
  data: string
  port?: number
  host?: string
  name?: string
  currency?: string
  ledger?: string
  seed: boolean
  url?: string
  trustProxy?: boolean
  swarmCap?: boolean
  uploadLimit?: number
  limit?: number
  peerPort?: number
  payout?: string
}

export const addProvider: AddCommand = (program, act) => {
  program
    .command('provider')
    .description('run a provider: tracker, API and ledger on one port, and its first seeder')
    .requiredOption('--data <dir>', 'directory of keys, ledger and contents')
    .option(
      '--port <n>',
      'port of tracker and API (default 8700, or the last one)',
      parseCount(0, 65535)
    )
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--name <text>', 'name for people')
    .option('--currency <code>', 'currency of the ledger (default EUR)')
    .option('--ledger <url>', 'postgres://… to keep the ledger there instead of in --data')
    .option('--no-seed', 'do not seed what is for sale')
    .option(
      '--url <url>',
      'public base URL that stands in torrents, such as https://cdn.example',
      parseUrl
    )
    .option('--trust-proxy', 'believe the X-Forwarded-For of the proxy before us')
    .option('--swarm-cap', 'refuse members beyond the swarm limit (floodgate risk shows it)')
    .option('--upload-limit <size>', 'the seeder’s upload per second, such as 8M', parseSize)
    .option(
      '--limit <n>',
      'unpaid pieces that one buyer may have from the seeder',
      parseCount(1, 32)
    )
    .option('--peer-port <n>', 'port of the seeder (default any)', parseCount(0, 65535))
    .option('--payout <file>', 'payout policy (default payout.yaml in --data, if it is there)')
    .addHelpText(
      'after',
      examples(
        'floodgate provider --data ./shop',
        'floodgate provider --data ./shop --host 0.0.0.0 --url https://cdn.example --trust-proxy'
      )
    )
    .action(act((session, options: ProviderOptions) => runProvider(session, options)))
}

async function runProvider({ out, signal }: Session, options: ProviderOptions): Promise<void> {
  const home = homeOf(options.data)
  const { uploadLimit, limit, peerPort: port } = options
  const { startService } = await import('../provider/service.ts')
  const service = await startService(home, {
    ...options,
    watch: (command, outcome) => tellBooking(out, service.settings.currency, command, outcome),
    onError: (error) => out.warn('internal', failureOf(error).text)
  })
  const { settings, keys } = service
  const rootKey = toHex(keys.rootKey)
  out.tell(
    'listening',
    { ...settings, rootKey, data: home.dir },
    `provider  ${settings.name} at ${settings.url}, root key ${short(rootKey)}…, data in ${home.dir}`
  )
  let seeder: FirstSeeder | undefined
  const shop = new Shop(home, service, out)
  try {
    if (options.seed) {
      const { FirstSeeder } = await import('../provider/first-seeder.ts')
      seeder = await FirstSeeder.start({ home, settings, out, signal, uploadLimit, limit, port })
      service.ownSeeders.add(seeder.uid)
      out.tell('seeder', { uid: seeder.uid }, `seeder    account ${seeder.uid}`)
    }
    await shop.keep(seeder, signal)
    await stopped(signal)
  } finally {
    await shop.close()
    await seeder?.close()
    await tellEnd(out, service)
  }
}

async function tellEnd(out: Output, service: Service): Promise<void> {
  const { tracker, mint } = service.tracker.counters
  await service.close()
  out.tell(
    'stopped',
    { messages: tracker, mint },
    `stopped   ${count(tracker.messages, 'message')}, ${count(mint.purchases, 'purchase')}, ${count(mint.claims, 'claim')}`
  )
}

/** A line for what the books took. */
function tellBooking<C extends LedgerCommand>(
  out: Output,
  currency: string,
  command: C,
  outcome: OutcomeOf<C>
): void {
  const [event, fields, text] = bookingOf(currency, command, outcome) ?? []
  if (event !== undefined) out.tell(event, fields!, text)
}

function bookingOf(
  currency: string,
  command: LedgerCommand,
  outcome: OutcomeOf<LedgerCommand>
): [event: string, fields: object, text: string] | undefined {
  const amount = (minor: bigint): string => money(minor, currency)
  switch (command.kind) {
    case 'open': {
      const { uid } = outcome as OutcomeOf<typeof command>
      return ['registered', { uid, payment: command.handle }, `account   ${uid}`]
    }
    case 'deposit': {
      const { uid, amountMinor, reason } = command
      if ((outcome as OutcomeOf<typeof command>).repeated) return undefined
      const fields = { uid, amount: amountMinor, reason }
      return ['deposit', fields, `deposit   ${short(uid)}  ${amount(amountMinor)}  ${reason}`]
    }
    case 'purchase': {
      const { purse, chargedMinor } = outcome as OutcomeOf<typeof command>
      if (chargedMinor === 0n) return undefined
      const { uid, infoHash, pieces } = purse
      const fields = { uid, infoHash, pieces, amount: chargedMinor }
      return [
        'sold',
        fields,
        `purchase  ${short(uid)}  ${count(pieces, 'piece')}, ${amount(chargedMinor)}`
      ]
    }
    case 'redeem':
      return claimLine(amount, command, outcome as OutcomeOf<typeof command>)
    case 'close': {
      const { purseId, refundMinor } = outcome as OutcomeOf<typeof command>
      const fields = { purse: purseId, refund: refundMinor }
      return ['closed', fields, `refund    ${amount(refundMinor)} of an expired purse`]
    }
    case 'publish': // the shop says it
    case 'signHead': // every second, and of no interest to people
      return undefined
    case 'setDestination':
    case 'requestPayout':
    case 'preparePayout':
    case 'submitPayout':
    case 'settlePayout':
      return payoutLine(currency, command, outcome)
    default:
      return courtLine(currency, command, outcome)
  }
}

function claimLine(
  amount: (minor: bigint) => string,
  { claims }: LedgerCommand & { kind: 'redeem' },
  outcome: OutcomeOf<LedgerCommand & { kind: 'redeem' }>
): [event: string, fields: object, text: string] {
  const uid = claims[0]?.payee ?? ''
  let credited = 0n
  let tokens = 0
  let refused = 0
  for (const one of outcome.claims) {
    if ('error' in one) refused++
    else if (!one.repeated) {
      credited += one.creditedMinor
      tokens += one.fresh
    }
  }
  const fields = { uid, purses: claims.length, tokens, credited, refused }
  const bad = refused > 0 ? `, ${refused} refused` : ''
  const text = `claim     ${short(uid)}  ${count(tokens, 'token')} of ${count(claims.length, 'purse')}, ${amount(credited)}${bad}`
  return ['claim', fields, text]
}
