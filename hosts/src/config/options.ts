// The options of `floodgate provider`, one row each: command line, configuration file and `floodgate config check` follow
// from it.

import { FloodgateError } from '@floodgate/protocol'
import type { Command } from 'commander'
import { ORIGIN_MODES, type OriginMode } from '../provider/origin.ts'
import { LOG_FORMS, type LogForm } from '../provider/log.ts'
import { parseQos } from '../qos/section.ts'
import { parseAmount, parseCount, parseDuration, parseSize, parseUrl } from '../units.ts'

/** All may be missing; those that a provider keeps, such as its port, are then as they were last. */
export interface ProviderOptions {
  data?: string
  port?: number
  host?: string
  name?: string
  currency?: string
  ledger?: string
  seed?: boolean
  url?: string
  trustProxy?: boolean
  swarmCap?: boolean
  collateral?: number
  uploadLimit?: number
  limit?: number
  peerPort?: number
  payoutFile?: string
  payoutRun?: boolean
  origin?: OriginMode
  originRate?: number
  pushStanding?: string
  qos?: string
  log?: LogForm
  logFile?: string
  openMetrics?: boolean
  drain?: number
}

type Key = keyof ProviderOptions

export interface OptionRow {
  key: Key
  /** As the command line has it. */
  flag: string
  text: string
  /** Reads the value; a row without it is a switch. Throws `bad-option`. */
  parse?: (text: string) => string | number
  /** What holds when nobody says it; none where the provider keeps it, or where there is nothing. */
  otherwise?: string | number | boolean
  /** Relative to where the file lies, or to where the command runs. */
  isPath?: boolean
}

const asIs = (text: string): string => text

function parseLogForm(text: string): LogForm {
  const form = LOG_FORMS.find((one) => one === text)
  if (form !== undefined) return form
  throw new FloodgateError('bad-option', `one of ${LOG_FORMS.join(', ')}, not ${text}`)
}

function parseOrigin(text: string): OriginMode {
  const mode = ORIGIN_MODES.find((one) => one === text)
  if (mode !== undefined) return mode
  throw new FloodgateError('bad-option', `one of ${ORIGIN_MODES.join(', ')}, not ${text}`)
}

function parseCollateral(text: string): number {
  const share = Number(text)
  if (text.trim() !== '' && share >= 0 && share <= 1) return share
  throw new FloodgateError('bad-option', `a share of the price from 0 to 1, not ${text}`)
}

function parsePromise(text: string): string {
  parseQos(text)
  return text
}

export const OPTIONS: readonly OptionRow[] = [
  {
    ...{ key: 'data', flag: '--data <dir>', text: 'directory of keys, ledger and contents' },
    ...{ parse: asIs, isPath: true }
  },
  {
    ...{ key: 'port', flag: '--port <n>', parse: parseCount(0, 65535) },
    text: 'port of tracker and API (default 8700, or the last one)'
  },
  {
    ...{ key: 'host', flag: '--host <address>', parse: asIs },
    text: 'address to listen on (default 127.0.0.1)'
  },
  { ...{ key: 'name', flag: '--name <text>', parse: asIs }, text: 'name for people' },
  {
    ...{ key: 'currency', flag: '--currency <code>', parse: asIs },
    text: 'currency of the ledger (default EUR)'
  },
  {
    ...{ key: 'ledger', flag: '--ledger <url>', parse: asIs },
    text: 'postgres://… to keep the ledger there instead of in --data'
  },
  {
    ...{ key: 'seed', flag: '--no-seed', otherwise: true },
    text: 'do not seed what is for sale'
  },
  {
    ...{ key: 'url', flag: '--url <url>', parse: parseUrl },
    text: 'public base URL that stands in torrents, such as https://cdn.example'
  },
  {
    ...{ key: 'trustProxy', flag: '--trust-proxy', otherwise: false },
    text: 'believe the X-Forwarded-For of the proxy before us'
  },
  {
    ...{ key: 'swarmCap', flag: '--swarm-cap', otherwise: false },
    text: 'refuse members beyond the swarm limit (floodgate risk shows it)'
  },
  {
    ...{ key: 'collateral', flag: '--collateral <share>', parse: parseCollateral, otherwise: 0 },
    text: 'held beside each price, 0 to 1, against a token given to two sellers (default 0)'
  },
  {
    ...{ key: 'uploadLimit', flag: '--upload-limit <size>', parse: parseSize },
    text: 'the seeder’s upload per second, such as 8M'
  },
  {
    ...{ key: 'limit', flag: '--limit <n>', parse: parseCount(1, 32) },
    text: 'unpaid pieces that one buyer may have from the seeder'
  },
  {
    ...{ key: 'peerPort', flag: '--peer-port <n>', parse: parseCount(0, 65535) },
    text: 'port of the seeder (default any)'
  },
  {
    ...{ key: 'payoutFile', flag: '--payout-file <file>', parse: asIs, isPath: true },
    text: 'payout policy (default: the section payout of --config)'
  },
  {
    ...{ key: 'payoutRun', flag: '--no-payout-run', otherwise: true },
    text: 'pay nothing out from here, as another process on this ledger does'
  },
  {
    ...{ key: 'origin', flag: '--origin <mode>', parse: parseOrigin, otherwise: 'off' },
    text: 'serve by HTTP too: free (what is open, to anybody), charged, or off (default)'
  },
  {
    ...{ key: 'originRate', flag: '--origin-rate <size>', parse: parseSize },
    text: 'what goes out by HTTP per second, such as 8M (default: no limit)'
  },
  {
    ...{ key: 'pushStanding', flag: '--push-standing <amount>', parse: parseAmount },
    text: 'push sealed contents to accounts that deposited so much, such as 5.00 (default: anything)'
  },
  {
    ...{ key: 'qos', flag: '--qos <promise>', parse: parsePromise },
    text: "keep a promise to leechers, such as 'target 500 kB/s, per day 2 TB' (default: seed all, always)"
  },
  {
    ...{ key: 'log', flag: '--log <form>', parse: parseLogForm, otherwise: 'off' },
    text: 'log requests, acts of the operator and errors: json, pretty or off (default)'
  },
  {
    ...{ key: 'logFile', flag: '--log-file <file>', parse: asIs, isPath: true },
    text: 'where the log goes (default stderr)'
  },
  {
    ...{ key: 'openMetrics', flag: '--open-metrics', otherwise: false },
    text: 'let this machine read /metrics without a token'
  },
  {
    ...{ key: 'drain', flag: '--drain <duration>', parse: parseDuration, otherwise: 0 },
    text: 'how long /readyz says no before we stop, such as 10s (default: not at all)'
  }
]

export function addOptions(command: Command): Command {
  for (const { flag, text, parse } of OPTIONS) {
    if (parse === undefined) command.option(flag, text)
    else command.option(flag, text, parse)
  }
  return command
}

/** What stands on the command line itself, without commander's own defaults. */
export function givenOptions(command: Command): ProviderOptions {
  const given = OPTIONS.filter(({ key }) => command.getOptionValueSource(key) === 'cli')
  return Object.fromEntries(given.map(({ key }) => [key, command.getOptionValue(key)]))
}
