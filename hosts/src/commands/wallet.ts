// `floodgate wallet`: shows what is in a wallet. It asks the provider for the balance, and shows the rest when it cannot.

import { ERRORS, codeOf, toHex } from '@floodgate/protocol'
import { account, type AccountAnswer, type Wallet } from '@floodgate/wallet'
import { Argument } from 'commander'
import Table from 'cli-table3'
import { failureOf } from '../failures.ts'
import { unlessStopped } from '../stop.ts'
import { money, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

const VIEWS = ['show', 'history', 'blacklist'] as const
type View = (typeof VIEWS)[number]

export const addWallet: AddCommand = (program, act) => {
  program
    .command('wallet')
    .description('show a wallet: its account, purses and sales, its history, or its blacklist')
    .addArgument(new Argument('[view]', 'what to show').choices(VIEWS).default('show'))
    .requiredOption('--wallet <file>', 'the wallet')
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples(
        'floodgate wallet --wallet me.wallet',
        'floodgate wallet history --wallet me.wallet --json'
      )
    )
    .action(act((session, view: View, options: WalletOptions) => runWallet(session, view, options)))
}

async function runWallet(session: Session, view: View, options: WalletOptions): Promise<void> {
  const wallet = await openWallet(options, session.signal)
  try {
    if (view === 'show') await show(session, wallet)
    else if (view === 'history') history(session, wallet)
    else blacklist(session, wallet)
  } finally {
    await wallet.close()
  }
}

async function show({ out, signal }: Session, wallet: Wallet): Promise<void> {
  const { purses, sales } = wallet.summary()
  let standing: AccountAnswer | undefined
  try {
    if (wallet.registered) standing = await unlessStopped(signal, account(wallet))
  } catch (error) {
    if (codeOf(error) !== 'unreachable') throw error
    out.warn('unreachable', failureOf(error).text)
  }
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
    const { balance, escrow, earned, spent, currency } = standing
    const [has, held, got, gave] = [balance, escrow, earned, spent].map((minor) =>
      money(minor, currency)
    )
    out.say(`balance ${has}, in purses ${held}, earned ${got}, spent ${gave}`)
  }
  if (purses.length > 0) {
    const table = new Table({ head: ['purse', 'content', 'pieces', 'paid', 'price', 'expires'] })
    for (const { id, infoHash, count, spent, price, currency, expiresAt } of purses) {
      table.push([
        short(id),
        short(infoHash),
        count,
        spent,
        money(price, currency),
        dayOf(expiresAt)
      ])
    }
    out.say(table.toString())
  }
  if (sales.length === 0) return
  const table = new Table({
    head: ['sold to', 'content', 'earned', 'claimed', 'owed', 'credited', 'refused']
  })
  for (const { payer, infoHash, earned, claimed, owed, credited, currency, refusal } of sales) {
    table.push([
      short(payer),
      short(infoHash),
      earned,
      claimed,
      owed,
      money(credited, currency),
      refusal
    ])
  }
  out.say(table.toString())
}

function history({ out }: Session, wallet: Wallet): void {
  for (const { at, kind, text } of wallet.summary().events) {
    out.tell(
      'history',
      { at, kind, text },
      `${new Date(at).toISOString()}  ${kind.padEnd(12)} ${text}`
    )
  }
}

function blacklist({ out }: Session, wallet: Wallet): void {
  const entries = wallet.blacklist.all()
  if (entries.length === 0) out.say('Nobody is blacklisted.')
  for (const { uid, reason, at, expiresAt, evidence } of entries) {
    const fields = { uid, reason, at, expiresAt, evidence }
    const proof = evidence.length === 1 ? '1 message' : `${evidence.length} messages`
    const text = `${toHex(uid)}  until ${dayOf(expiresAt)}  ${ERRORS[reason].text} Evidence: ${proof}.`
    out.tell('blacklisted', fields, text)
  }
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)
