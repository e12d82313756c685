// `floodgate payout`: the operator runs, lists and reconciles payouts of a running provider; a payee says where its money goes.

import { readFile } from 'node:fs/promises'
import { FloodgateError, codeOf } from '@floodgate/protocol'
import type { RunJson } from '@floodgate/tracker'
import { setDestination } from '@floodgate/wallet'
import {
  fetchPayoutPlan,
  fetchPayouts,
  postPayoutRun,
  postReconcile
} from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { count, money, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

interface DataOptions {
  data: string
}
interface ToOptions extends WalletOptions {
  name?: string
  stripe?: string
  webhook?: string
  credit?: boolean
  country?: string
}

const DATA = ['--data <dir>', 'directory of the provider, which must be running'] as const

export const addPayout: AddCommand = (program, act) => {
  const payout = program.command('payout').description('pay out what accounts earned')
  payout
    .command('run')
    .description('pay whoever is due, and go on with what an earlier run left (operator)')
    .requiredOption(...DATA)
    .option('--dry-run', 'only say what a run would do')
    .addHelpText('after', examples('floodgate payout run --data ./shop --dry-run'))
    .action(act((session, options: DataOptions & { dryRun?: boolean }) => run(session, options)))
  payout
    .command('list')
    .description('list payouts, the newest first (operator)')
    .requiredOption(...DATA)
    .addHelpText('after', examples('floodgate payout list --data ./shop'))
    .action(act((session, options: DataOptions) => list(session, options)))
  payout
    .command('reconcile')
    .description(
      'book what became of payouts, from a bank’s file or by asking the rails (operator)'
    )
    .argument('[file]', 'pain.002 or camt.053 of the bank; without it the rails are asked')
    .requiredOption(...DATA)
    .addHelpText('after', examples('floodgate payout reconcile statement.xml --data ./shop'))
    .action(
      act((session, file: string | undefined, options: DataOptions) =>
        reconcile(session, file, options)
      )
    )
  payout
    .command('to')
    .description('say where an account’s earnings are to be paid; a change waits some days')
    .argument('[iban]', 'a bank account; needs --name')
    .requiredOption('--wallet <file>', 'the wallet')
    .option('--name <text>', 'name of the bank account’s owner')
    .option('--stripe <account>', 'a Stripe account, acct_…')
    .option('--webhook <handle>', 'the name by which the provider’s own service knows you')
    .option('--credit', 'store credit with the provider')
    .option('--country <code>', 'where a Stripe account or handle is, such as DE')
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples(
        'floodgate payout to "DE89 3704 0044 0532 0130 00" --name "Erika Mustermann" --wallet me.wallet'
      )
    )
    .action(
      act((session, iban: string | undefined, options: ToOptions) => to(session, iban, options))
    )
}

async function run(
  { out, signal }: Session,
  { data, dryRun }: DataOptions & { dryRun?: boolean }
): Promise<void> {
  const provider = await operatorOf(data)
  const { currency } = provider
  const asking = dryRun === true ? fetchPayoutPlan(provider) : postPayoutRun(provider)
  const done = await unlessStopped(signal, asking)
  out.tell('payout-run', { ...done, currency, dryRun: dryRun === true })
  out.say(textOf(done, currency))
  const due = done.plans.filter(({ pay, blocked }) => pay !== '0' && blocked === '').length
  out.say(
    dryRun === true
      ? `A run would request ${count(due, 'payout')}.`
      : `${count(done.requested, 'payout')} requested.`
  )
}

function textOf({ words, plans }: RunJson, currency: string): string {
  const columns = [
    { head: 'account' },
    { head: 'balance', right: true },
    { head: 'pays', right: true },
    { head: 'by' },
    { head: 'stays' }
  ]
  const rows = plans.map(({ uid, balance, pay, rail, blocked, shares }) => {
    const kept = shares.filter(({ reason }) => reason !== 'pay')
    const stays = kept.map(({ reason, amount }) => `${reason} ${money(BigInt(amount), currency)}`)
    const amounts = [balance, pay].map((minor) => money(BigInt(minor), currency))
    return [short(uid), ...amounts, rail, [...stays, blocked].filter(Boolean).join(', ')]
  })
  return [
    ...words,
    ...(rows.length > 0 ? [table(columns, rows)] : ['Nobody has earned yet.'])
  ].join('\n')
}

async function list({ out, signal }: Session, { data }: DataOptions): Promise<void> {
  const provider = await operatorOf(data)
  const { currency } = provider
  const { payouts } = await unlessStopped(signal, fetchPayouts(provider))
  out.tell('payouts', { payouts, currency })
  const heads = ['payout', 'account', 'amount', 'state', 'by', 'since', 'reason']
  const rows = payouts.map(({ payout, uid, amount, state, rail, changedAt, reason }) => [
    ...[payout, short(uid), money(BigInt(amount), currency), state, rail],
    ...[new Date(changedAt).toISOString().slice(0, 16), reason]
  ])
  out.say(
    rows.length > 0
      ? table(
          heads.map((head) => ({ head })),
          rows
        )
      : 'No payouts yet.'
  )
}

async function reconcile(
  { out, signal }: Session,
  path: string | undefined,
  { data }: DataOptions
): Promise<void> {
  const file = path === undefined ? new Uint8Array() : await readFile(path)
  // The API takes an empty body for a question to the rails.
  if (path !== undefined && file.length === 0) throw new FloodgateError('bad-statement', 'no bytes')
  const provider = await operatorOf(data)
  const found = await unlessStopped(signal, postReconcile(provider, file))
  const { applied, repeated, contradicting, unknown } = found
  out.tell('reconciled', found)
  for (const { payout, state, reason } of applied) {
    out.say(`${payout} ${state}${reason === '' ? '' : `: ${reason}`}`)
  }
  out.say(`${count(applied.length, 'report')} booked, ${repeated} known before`)
  for (const id of contradicting) out.warn('contradicts', `the ledger says otherwise of ${id}`)
  for (const id of unknown)
    out.warn('unknown', `no payout of ours, or not said in words that we know: ${id}`)
}

/** Exactly one place has to be named. */
function placeOf(iban: string | undefined, options: ToOptions): string {
  const { name, stripe, webhook, credit, country } = options
  const query = new URLSearchParams({
    ...(iban === undefined || name === undefined ? {} : { 'receiver-name': name }),
    ...(country === undefined ? {} : { country: country.toUpperCase() })
  }).toString()
  const tail = query === '' ? '' : `?${query}`
  const places = [
    ...(iban === undefined ? [] : [`payto://iban/${encodeURIComponent(iban)}${tail}`]),
    ...(stripe === undefined ? [] : [`payto://stripe/${encodeURIComponent(stripe)}${tail}`]),
    ...(webhook === undefined ? [] : [`payto://webhook/${encodeURIComponent(webhook)}${tail}`]),
    ...(credit === true ? ['payto://credit/'] : [])
  ]
  const [place] = places
  if (place === undefined || places.length > 1) {
    throw new FloodgateError('bad-option', 'one of IBAN, --stripe, --webhook and --credit')
  }
  if (iban !== undefined && name === undefined) {
    throw new FloodgateError('bad-option', '--name of the bank account’s owner')
  }
  return place
}

/** The provider says a stranger no more than that it is malformed. Throws `bad-option` that names the part. */
async function expectPlace(place: string): Promise<void> {
  const { parseDestination } = await import('@floodgate/tracker')
  try {
    parseDestination(place)
  } catch (error) {
    if (codeOf(error) !== 'bad-request') throw error
    throw new FloodgateError('bad-option', (error as FloodgateError).detail)
  }
}

async function to(
  { out, signal }: Session,
  iban: string | undefined,
  options: ToOptions
): Promise<void> {
  const place = placeOf(iban, options)
  await expectPlace(place)
  const wallet = await openWallet(options, signal)
  try {
    const answer = await unlessStopped(signal, setDestination(wallet, place))
    const { destination, from } = answer
    const when = from > wallet.now() ? ` from ${new Date(from).toISOString().slice(0, 16)}` : ''
    out.tell('destination', answer, `earnings are paid to ${destination}${when}`)
  } finally {
    await wallet.close()
  }
}
