// `floodgate provider`: tracker, API, ledger and first seeder in one process, told about line by line.

import { FloodgateError, codeOf, toHex } from '@floodgate/protocol'
import type { RequestNote } from '@floodgate/tracker'
import type { Command } from 'commander'
import { optionsInForce, readConfig } from '../config/config.ts'
import { addOptions, givenOptions, type ProviderOptions } from '../config/options.ts'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { tellBooking } from '../provider/booking-lines.ts'
import { homeOf } from '../provider/home.ts'
import { Log } from '../provider/log.ts'
import type { OwnSeeder } from '../provider/own-seeder.ts'
import type { Service } from '../provider/service.ts'
import { Shop } from '../provider/shop.ts'
import { openConsole, type Console } from '../qos/console.ts'
import type { Quality } from '../qos/quality.ts'
import { screenOf } from '../qos/row.ts'
import { Spare } from '../qos/spare.ts'
import { parseQos, type QosSection } from '../qos/section.ts'
import { stopped } from '../stop.ts'
import { count, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

export const addProvider: AddCommand = (program, act) => {
  const command = program
    .command('provider')
    .description('run a provider: tracker, API and ledger on one port, and its first seeder')
    .option('--config <file>', 'read options from a file (YAML); those of the command line win')
  addOptions(command)
    .addHelpText(
      'after',
      examples(
        'floodgate provider --data ./shop',
        'floodgate provider --config provider.yaml --log json',
        'floodgate provider --data ./shop --host 0.0.0.0 --url https://cdn.example --trust-proxy'
      )
    )
    .action(act((session) => runFrom(session, command)))
}

async function runFrom(session: Session, command: Command): Promise<void> {
  const file = command.getOptionValue('config') as string | undefined
  const read = file === undefined ? undefined : await readConfig(file)
  const options = optionsInForce(read?.options ?? {}, givenOptions(command))
  const { data } = options
  if (data === undefined) throw new FloodgateError('bad-option', '--data, or data in --config')
  const log = new Log(options.log ?? 'off', options.logFile)
  log.hide(read?.secrets ?? [])
  try {
    await runProvider(session, { ...options, data, sections: read?.sections }, log)
  } catch (error) {
    log.error(error)
    throw error
  } finally {
    await log.close()
  }
}

async function runProvider(
  session: Session,
  options: ProviderOptions & { data: string; sections?: Record<string, unknown> | undefined },
  log: Log
): Promise<void> {
  const home = homeOf(options.data)
  const { uploadLimit, limit, peerPort: port } = options
  const quality = await qualityOf(options)
  const { signal } = session
  const screen = quality && consoleOf(session.out, options)
  const out = screen?.out ?? session.out
  log.hide(secretsOf(quality))
  const onError = (error: unknown): void => {
    log.error(error)
    out.warn(codeOf(error), failureOf(error).text)
  }
  const spare = new Spare()
  const { startService } = await import('../provider/service.ts')
  const service = await startService(home, {
    ...options,
    ...{ log, quality, onError, onOperator: (note) => tellOperator(out, note) },
    spareMs: spare.spareMs,
    watch: (currency) => (command, outcome) => tellBooking(out, currency, command, outcome)
  })
  const { settings, keys } = service
  const rootKey = toHex(keys.rootKey)
  out.tell(
    'listening',
    { ...settings, rootKey, data: home.dir },
    `provider  ${settings.name} at ${settings.url}, root key ${short(rootKey)}…, data in ${home.dir}`
  )
  log.info('listening', { url: settings.url, data: home.dir })
  let seeder: OwnSeeder | undefined
  const shop = new Shop(home, service, out)
  try {
    if (options.seed && quality === undefined) {
      const { OwnSeeder } = await import('../provider/own-seeder.ts')
      seeder = await OwnSeeder.start({
        ...{ settings, out, signal, uploadLimit, limit, port, onSent: spare.sent },
        walletFile: home.seederWallet
      })
      const own = seeder
      spare.add({ limit: () => uploadLimit, contents: () => own.seeding })
      await service.own(seeder.uid)
      out.tell('seeder', { uid: seeder.uid }, `seeder    account ${seeder.uid}`)
    }
    await shop.keep(seeder, signal)
    const isShown = screen !== undefined
    await quality?.start({
      home,
      service,
      out,
      signal,
      limit,
      uploadLimit,
      spare,
      onError,
      isShown
    })
    screen?.show(() => {
      const { policy, contents } = quality!.told()
      const { columns = 80, rows: height = 24 } = out.screen
      return screenOf(contents, policy, { columns, height })
    })
    await stopped(signal)
    await drain(service, options.drain ?? 0)
  } finally {
    screen?.stop()
    await shop.close()
    await quality?.stop()
    await seeder?.close()
    await tellEnd(out, service)
    log.info('stopped')
  }
}

/** What is promised: by the words of the command line, or by the configuration file. Seeders then come and go by decision. */
async function qualityOf({
  qos,
  seed,
  origin,
  sections
}: Parameters<typeof runProvider>[1]): Promise<Quality | undefined> {
  const section = qos === undefined ? sections?.['qos'] : parseQos(qos)
  if (section === undefined) return undefined
  if (seed === false) throw new FloodgateError('bad-option', 'qos seeds: leave --no-seed away')
  const { Quality } = await import('../qos/quality.ts')
  return new Quality(section as QosSection, origin)
}

/** At a terminal, unless the log is written there. */
function consoleOf(out: Output, { log = 'off', logFile }: ProviderOptions): Console | undefined {
  return out.live && (log === 'off' || logFile !== undefined) ? openConsole(out) : undefined
}

function secretsOf(quality: Quality | undefined): string[] {
  const secret = quality?.section.pool?.webhook?.secret
  return secret === undefined ? [] : [secret]
}

/** A load balancer sends nothing more once it has seen that we are not ready. */
async function drain(service: Service, ms: number): Promise<void> {
  service.tracker.drain()
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Reads change nothing, and scrapes and reports of seeders come every few seconds: they are for the log. */
function tellOperator(out: Output, { method, route, status, code, operator }: RequestNote): void {
  if (method === 'GET' || route === '/operator/seeders') return
  const how = code ?? 'done'
  out.tell(
    'operator',
    { token: operator, method, route, status, ...(code && { code }) },
    `operator  ${operator}: ${route} ${how}`
  )
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
