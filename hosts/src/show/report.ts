// What the show found, as text for people.

import pc from 'picocolors'
import { table } from '../tables.ts'
import type { Share } from '../trade/tally.ts'
import { count, money, size } from '../units.ts'
import { tradedAmongBuyers, type Check, type Facts } from './facts.ts'

export function reportOf(facts: Facts, checks: Check[]): string {
  return [
    tradeTable(facts),
    '',
    messageText(facts),
    '',
    booksTable(facts),
    '',
    `SHA-256 ${facts.sha256} of the source and of ${count(facts.buyers.length, 'copy', 'copies')}.`,
    '',
    ...checks.map(({ text, ok }) => `${ok ? pc.green('ok') : pc.red('NO')}  ${text}`),
    '',
    `${facts.seconds.toFixed(1)} s in all.`
  ].join('\n')
}

function tradeTable(facts: Facts): string {
  const { seeder, buyers, currency } = facts
  const names = new Map([[seeder.uid, 'seeder'], ...buyers.map((b) => [b.uid, b.name] as const)])
  const amount = (minor: bigint): string => money(minor, currency)
  const from = (shares: Share[]): string =>
    [...shares]
      .sort((a, b) => b.pieces - a.pieces)
      .map(({ uid, pieces }) => `${names.get(uid) ?? uid}: ${pieces}`)
      .join(', ')
  const rows = buyers.map(({ name, joined, bytes, paid, earned, claimed, bought }) => [
    `${name} (${joined})`,
    size(bytes),
    ...[paid, earned, claimed].map(amount),
    from(bought)
  ])
  return table(
    [
      { head: 'who' },
      { head: 'downloaded', right: true },
      { head: 'paid', right: true },
      { head: 'earned', right: true },
      { head: 'claimed', right: true },
      { head: 'pieces from' }
    ],
    [['seeder', '–', '–', amount(seeder.earned), amount(seeder.claimed), ''], ...rows]
  )
}

function messageText(facts: Facts): string {
  const { messages, pieces, buyers } = facts
  const traded = pieces * buyers.length
  const among = tradedAmongBuyers(facts)
  const share = Math.round((100 * among) / traded)
  const { total, announces, purchases, claims, torrents, other } = messages
  return [
    `Traded: ${count(traded, 'piece')}, ${among} of them (${share} %) among the buyers.`,
    `Messages to the provider meanwhile: ${total} = ${count(announces, 'announce')} (${purchases} of them ${purchases === 1 ? 'a purchase' : 'purchases'})` +
      ` + ${count(claims, 'claim')} + ${count(torrents, 'torrent file')} + ${other} for pieces.`,
    `Per piece: ${other / traded} messages; all messages by all pieces: ${(total / traded).toFixed(4)}.`
  ].join('\n')
}

function booksTable(facts: Facts): string {
  const { books, currency, seeder, buyers } = facts
  const amount = (minor: bigint): string => money(minor, currency)
  const balance = (uid: string): string => amount(books.balances.get(uid) ?? 0n)
  return table(
    [{ head: 'the books' }, { head: 'amount', right: true }],
    [
      ['deposits', amount(books.deposits)],
      ['balance of the seeder', balance(seeder.uid)],
      ...buyers.map(({ name, uid }) => [`balance of ${name}`, balance(uid)]),
      ['escrow', amount(books.escrow)],
      ['debits', amount(books.debits)],
      ['credits', amount(books.credits)],
      ['audit', books.faults.length === 0 ? 'ok' : books.faults.join('; ')]
    ]
  )
}
