// The policy as operators write it, and what becomes of it: every part optional but the rail, checked at start, by name.

import { FloodgateError } from '@floodgate/protocol'
import { Cron } from 'croner'
import type { Destination } from './destination.ts'
import { policyOf, type KeepRule, type PayoutPolicy } from './policy.ts'
import type { PayoutRail } from './rail.ts'
import { DAY_MS, MONTH_MS, cap, hold, minimum, reserve, rounding } from './rules.ts'
import { parseDuration, parseMoney, parseShare, parseSplit } from './words.ts'

/** What a policy is made of, apart from the rail. Amounts are decimal text with the currency. */
export interface PolicyWords {
  /** Whole parts of what a claim brings, such as 80 and 20. Default: all is the seller's. */
  split?: { seller: number; provider: number } | undefined
  /** Nothing is paid below, such as `5.00 EUR`. */
  minimum?: string | undefined
  /** Earnings younger than this are not paid, such as `7 days`. */
  hold?: string | undefined
  /** This share of earnings is kept for so long, such as `10 %` for `90 days`. */
  reserve?: { share: string; for: string } | undefined
  /** At most, in one payout, within 24 hours, and within 30 days. */
  caps?:
    | { payout?: string | undefined; day?: string | undefined; month?: string | undefined }
    | undefined
  /** Only multiples of it are paid; the rest is carried. */
  round?: string | undefined
  /** Cron expression; without one, payouts are run by hand. */
  schedule?: string | undefined
  /** Of the schedule, such as `Europe/Berlin`. Default UTC. */
  timeZone?: string | undefined
  /** How long a changed destination waits. Default `7 days`. */
  destinationHold?: string | undefined
}

/** One rail, or one for each country of the payee (ISO 3166) and `default` for all others. */
export type RailChoice = PayoutRail | { readonly [country: string]: PayoutRail }

export interface PayoutOptions extends PolicyWords {
  rail: RailChoice
  /** With false this process pays nothing out; it shares claims all the same. One of several on a ledger pays. Default true. */
  run?: boolean | undefined
}

export interface PayoutSetup {
  policy: PayoutPolicy
  rails: readonly PayoutRail[]
  railFor(destination: Destination): PayoutRail | undefined
  schedule: { pattern: string; timeZone: string } | undefined
  /** Does this process pay out? */
  run: boolean
  destinationHoldMs: number
  /** What it all does, a sentence a line. */
  words: readonly string[]
}

/** Says where in the options the fault is: `payout.hold: …`. */
function at<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const said = error instanceof FloodgateError ? error.detail : (error as Error).message
    throw new FloodgateError('bad-option', `payout.${path}: ${said}`)
  }
}

/** Throws `bad-option` naming the part that is wrong. */
export function setupOf(options: PayoutOptions, currency: string): PayoutSetup {
  const { schedule: pattern, timeZone = 'UTC', destinationHold = '7 days', run = true } = options
  const policy = readPolicy(options, currency)
  const schedule = pattern === undefined ? undefined : { pattern, timeZone }
  if (schedule !== undefined) at('schedule', () => nextRun(schedule, new Date(0)))
  const { rails, railFor, words } = readRails(options.rail)
  return {
    ...{ policy, rails, railFor, schedule, run },
    destinationHoldMs: at('destinationHold', () => parseDuration(destinationHold)),
    words: [
      ...policy.words,
      ...words,
      ...(run ? [] : ['This process pays nothing out; claims are shared all the same.']),
      schedule === undefined
        ? 'Payouts are run by hand.'
        : `Payouts are run at ${schedule.pattern} (${timeZone}).`,
      `A changed destination waits ${destinationHold}.`
    ]
  }
}

/** The first time after `after`. Throws what the library says of a pattern or time zone that is none. */
export function nextRun(
  { pattern, timeZone }: { pattern: string; timeZone: string },
  after: Date
): Date | null {
  return new Cron(pattern, { timezone: timeZone, paused: true }).nextRun(after)
}

/** The rules stand in one order: what is held, reserved, capped, rounded, and then whether it is enough. */
function readPolicy(options: PolicyWords, currency: string): PayoutPolicy {
  const { split = { seller: 100, provider: 0 } } = options
  const sellerMillionths = at('split', () => parseSplit(split))
  const money = (path: string, text: string): bigint => at(path, () => parseMoney(text, currency))
  const rules: KeepRule[] = []
  const holdMs = options.hold === undefined ? 0 : at('hold', () => parseDuration(options.hold!))
  if (holdMs > 0) rules.push(hold(holdMs, options.hold!))
  if (options.reserve !== undefined) {
    const { share, for: time } = options.reserve
    const millionths = at('reserve.share', () => parseShare(share))
    const windowMs = at('reserve.for', () => parseDuration(time))
    rules.push(reserve({ millionths, windowMs, holdMs }, `${share} is kept for ${time}`))
  }
  const { payout, day, month } = options.caps ?? {}
  if (month !== undefined) {
    rules.push(cap(MONTH_MS, money('caps.month', month), `${month} within 30 days`))
  }
  if (day !== undefined) {
    rules.push(cap(DAY_MS, money('caps.day', day), `${day} within 24 hours`))
  }
  if (payout !== undefined) {
    rules.push(cap(0, money('caps.payout', payout), `${payout} in one payout`))
  }
  if (options.round !== undefined) {
    const unitMinor = money('round', options.round)
    if (unitMinor === 0n) throw new FloodgateError('bad-option', 'payout.round: 0')
    rules.push(rounding(unitMinor, options.round))
  }
  if (options.minimum !== undefined) {
    rules.push(minimum(money('minimum', options.minimum), options.minimum))
  }
  const policy = policyOf(sellerMillionths, rules)
  const parts = `Of every claim ${split.seller} parts are the seller’s, ${split.provider} the provider’s.`
  return { ...policy, words: [parts, ...policy.words] }
}

const isRail = (choice: RailChoice): choice is PayoutRail => typeof choice.refuses === 'function'

function readRails(choice: RailChoice): Pick<PayoutSetup, 'rails' | 'railFor' | 'words'> {
  if (typeof choice !== 'object' || choice === null) {
    throw new FloodgateError('bad-option', 'payout.rail: a rail')
  }
  const table: Readonly<Record<string, PayoutRail>> = isRail(choice) ? { default: choice } : choice
  const rails = new Map<string, PayoutRail>()
  for (const [country, rail] of Object.entries(table)) {
    const isFine = /^([A-Z]{2}|default)$/.test(country) && isRail(rail)
    if (!isFine) throw new FloodgateError('bad-option', `payout.rail.${country}`)
    const known = rails.get(rail.name)
    // The ledger keeps a payout's rail by its name.
    if (known !== undefined && known !== rail) {
      throw new FloodgateError('bad-option', `payout.rail.${country}: a second ${rail.name}`)
    }
    rails.set(rail.name, rail)
  }
  return {
    rails: [...rails.values()],
    railFor: ({ country }) => (Object.hasOwn(table, country) ? table[country] : table['default']),
    words: Object.entries(table).map(
      ([country, { words }]) =>
        `${country === 'default' ? 'Payees' : `Payees in ${country}`} are paid by ${words}.`
    )
  }
}
