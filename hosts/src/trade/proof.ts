// `floodgate wallet proof`: one's own postings, each proved to stand in the provider's log.

import { toHex } from '@floodgate/protocol'
import { proveAccount, type Wallet } from '@floodgate/wallet'
import type { Session } from '../commands/command.ts'
import { unlessStopped } from '../stop.ts'
import { table } from '../tables.ts'
import { count, money, short } from '../units.ts'

const COLUMNS = [
  { head: 'when' },
  { head: 'kind' },
  { head: 'reference' },
  { head: 'amount', right: true }
]

/** Every posting of the account stands in the log that other peers see too, and together they are the balance (G13). */
export async function showProof({ out, signal }: Session, wallet: Wallet): Promise<void> {
  const { head, postings, proved, balance, currency } = await unlessStopped(
    signal,
    proveAccount(wallet)
  )
  const log = { size: head.size, root: toHex(head.root) }
  out.tell('proof', { postings, proved, balance, currency, log })
  const rows = postings.map(({ at, kind, ref, amount }) => [
    new Date(at).toISOString().slice(0, 19).replace('T', ' '),
    kind,
    short(ref),
    money(amount, currency)
  ])
  if (rows.length > 0) out.say(table(COLUMNS, rows))
  const waiting = postings.length - proved
  const late = waiting > 0 ? `, ${waiting} so new that no head covers them yet` : ''
  out.say(
    `${count(proved, 'posting')} proved in the log of ${count(head.size, 'line')}${late}: ${money(balance, currency)}`
  )
}
