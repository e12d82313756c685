// `floodgate wallet`: shows what is in a wallet. It asks the provider for the balance, and shows the rest when it cannot.

import { ERRORS, codeOf, toHex } from '@floodgate/protocol'
import {
  acceptHead,
  account,
  checkLog,
  compareHead,
  findLost,
  learnRefunds,
  type Wallet,
  type WalletSummary
} from '@floodgate/wallet'
import { Argument } from 'commander'
import { failureOf } from '../failures.ts'
import type { Output } from '../output.ts'
import { showStatement, type WalletStatementOptions } from '../statement/of-wallet.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { showDisputes, showRevocations } from '../trade/disputes.ts'
import { showProof } from '../trade/proof.ts'
import { cancelNamed, purseTable, warnOfEnds, warnOfLost } from '../trade/purses.ts'
import { count, money, parseDays, short } from '../units.ts'
import { lookIntoWallet, openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

const VIEWS = [
  'show',
  'history',
  'cancel',
  'blacklist',
  'disputes',
  'revocations',
  'head',
  'proof',
  'statement'
] as const
type View = (typeof VIEWS)[number]

/** What a wallet says by itself can be read while another process uses it. */
const GLANCES: ReadonlySet<View> = new Set([
  'show',
  'history',
  'blacklist',
  'disputes',
  'revocations'
])

export const addWallet: AddCommand = (program, act) => {
  program
    .command('wallet')
    .description(
      'show a wallet: its account, purses and sales; its history; its statement; whom it trusts no more; or end a purse'
    )
    .addArgument(new Argument('[view]', 'what to show or do').choices(VIEWS).default('show'))
    .argument('[purse]', 'with cancel: the purse to end, by the first digits of its id')
    .requiredOption('--wallet <file>', 'the wallet')
    .option(...PASSPHRASE_OPTION)
    .option('--compare <line>', 'with head: the line that another peer printed')
    .option(
      '--accept <line>',
      'with head: go on with the history of this line, the second that head printed with forked-log'
    )
    .option('--csv', 'with statement: for spreadsheets')
    .option('--from <day>', 'with statement: a day such as 2026-11-22, or a month', parseDays)
    .option('--to <day>', 'with statement: the last day, or month', parseDays)
    .addHelpText(
      'after',
      examples(
        'floodgate wallet --wallet me.wallet',
        'floodgate wallet cancel 3fa9c1d2 --wallet me.wallet',
        'floodgate wallet history --wallet me.wallet --json',
        'floodgate wallet proof --wallet me.wallet',
        'floodgate wallet statement --wallet me.wallet --from 2026-11 --csv > november.csv',
        'floodgate wallet head --wallet me.wallet --compare LINE',
        'floodgate wallet head --wallet me.wallet --accept LINE'
      )
    )
    .action(
      act((session, view: View, purse: string | undefined, options: ViewOptions) =>
        runWallet(session, view, { ...options, purse })
      )
    )
}

interface ViewOptions extends WalletOptions, WalletStatementOptions {
  purse?: string | undefined
  compare?: string
  accept?: string
  /** It is another process's: the provider is not asked, as that would want the wallet's next counter. */
  isGlance?: boolean
}

async function runWallet(session: Session, view: View, options: ViewOptions): Promise<void> {
  const { wallet, savedAt } = GLANCES.has(view)
    ? await lookIntoWallet(options, session.signal)
    : { wallet: await openWallet(options, session.signal) }
  const isGlance = savedAt !== undefined
  if (isGlance) {
    const text = `in use by another process; as of ${new Date(savedAt).toISOString()}`
    session.out.tell('glance', { savedAt: Math.floor(savedAt) }, text)
  }
  try {
    await SHOW[view](session, wallet, { ...options, isGlance })
  } finally {
    await wallet.close()
  }
}

type Show = (session: Session, wallet: Wallet, options: ViewOptions) => void | Promise<void>
const SHOW: Record<View, Show> = {
  show,
  history,
  cancel: ({ out, signal }, wallet, { purse }) =>
    unlessStopped(signal, cancelNamed(out, wallet, purse)),
  blacklist,
  disputes: ({ out }, wallet) => showDisputes(out, wallet),
  revocations: ({ out }, wallet) => showRevocations(out, wallet),
  head,
  proof: showProof,
  statement: showStatement
}

/** One line, to be compared by another peer of the same provider: two histories do not stay hidden (G13). */
async function head(
  { out, signal }: Session,
  wallet: Wallet,
  { compare, accept }: ViewOptions
): Promise<void> {
  try {
    if (compare !== undefined) await unlessStopped(signal, compareHead(wallet, compare))
    const taken = accept === undefined ? checkLog(wallet) : acceptHead(wallet, accept)
    const { size, root, time, line } = await unlessStopped(signal, taken)
    out.tell('head', { size, root: toHex(root), time, line }, line)
  } catch (error) {
    const { fork } = wallet.court.heads
    if (codeOf(error) === 'forked-log') out.tell('fork', { heads: fork }, fork?.join('\n') ?? '')
    throw error
  }
}

/** What the provider says; undefined, with a warning, when it cannot be reached. */
async function unlessOffline<T>(out: Output, asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) !== 'unreachable') throw error
    out.warn('unreachable', failureOf(error).text)
    return undefined
  }
}

async function show(
  { out, signal }: Session,
  wallet: Wallet,
  { isGlance }: ViewOptions
): Promise<void> {
  const isAsking = wallet.registered && isGlance !== true
  if (isAsking) await unlessOffline(out, unlessStopped(signal, findLost(wallet)))
  const { purses, sales } = wallet.summary()
  const standing = isAsking
    ? await unlessOffline(out, unlessStopped(signal, account(wallet)))
    : undefined
  const uid = toHex(wallet.uid)
  out.tell('wallet', {
    uid,
    provider: wallet.api,
    registered: wallet.registered,
    account: standing,
    purses,
    sales
  })
  out.say(`account ${wallet.registered ? uid : '(not registered)'} with ${wallet.api}`)
  if (standing !== undefined) {
    const { balance, deposited, escrow, earned, spent, currency } = standing
    const [has, put, held, got, gave] = [balance, deposited, escrow, earned, spent].map((minor) =>
      money(minor, currency)
    )
    out.say(`balance ${has}, deposited ${put}, in purses ${held}, earned ${got}, spent ${gave}`)
  }
  if (purses.length > 0) out.say(purseTable(purses))
  warnOfLost(out, purses)
  warnOfEnds(out, purses, wallet.now())
  if (sales.length > 0) out.say(saleTable(sales))
}

function saleTable(sales: WalletSummary['sales']): string {
  return table(
    [
      { head: 'sold to' },
      { head: 'content' },
      { head: 'earned', right: true },
      { head: 'claimed', right: true },
      { head: 'owed', right: true },
      { head: 'credited', right: true },
      { head: 'refused' }
    ],
    sales.map(({ payer, infoHash, earned, claimed, owed, credited, currency, refusal }) => [
      ...[short(payer), short(infoHash), earned, claimed, owed],
      ...[money(credited, currency), refusal]
    ])
  )
}

async function history(
  { out, signal }: Session,
  wallet: Wallet,
  { isGlance }: ViewOptions
): Promise<void> {
  if (wallet.registered && isGlance !== true)
    await unlessOffline(out, unlessStopped(signal, learnRefunds(wallet)))
  for (const { at, kind, text } of wallet.summary().events) {
    out.tell(
      'history',
      { at, kind, text },
      `${new Date(at).toISOString()}  ${kind.padEnd(12)} ${text}`
    )
  }
}

function blacklist({ out }: Session, wallet: Wallet): void {
  const entries = wallet.blacklist
    .all()
    .map(({ uid, reason, at, expiresAt, evidence }) => ({ uid, reason, at, expiresAt, evidence }))
  const lines = entries.map(({ uid, reason, expiresAt, evidence }) => {
    const proof = `Evidence: ${count(evidence.length, 'message')}.`
    return `${toHex(uid)}  until ${dayOf(expiresAt)}  ${ERRORS[reason].text} ${proof}`
  })
  out.tell('blacklist', { entries }, lines.join('\n') || 'Nobody is blacklisted.')
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
