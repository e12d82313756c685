// What people read of a wallet's purses: the table, the warning before money lies idle to the end, and the end of a purse
// before its time.

import { FloodgateError, fromHex } from '@floodgate/protocol'
import { cancelPurse, type Wallet, type WalletSummary } from '@floodgate/wallet'
import type { Output } from '../output.ts'
import { table } from '../tables.ts'
import { count, money, short } from '../units.ts'

type Line = WalletSummary['purses'][number]

/** A purse that ends so soon with tokens left is worth a word. */
const SOON_MS = 3 * 24 * 3600e3

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10)

export function purseTable(purses: Line[]): string {
  return table(
    [
      { head: 'purse' },
      { head: 'content' },
      { head: 'state' },
      { head: 'until' },
      { head: 'pieces', right: true },
      { head: 'paid', right: true },
      { head: 'held', right: true },
      { head: 'price', right: true },
      { head: 'comes back', right: true }
    ],
    purses.map((purse) => {
      const { id, infoHash, state, expiresAt, count: pieces, spent, held } = purse
      const { price, currency, refundable, refundAt } = purse
      const back = refundable > 0n ? `${money(refundable, currency)} ${dayOf(refundAt)}` : ''
      return [
        ...[short(id), short(infoHash), state, dayOf(expiresAt)],
        ...[pieces, spent, held, money(price, currency), back]
      ]
    })
  )
}

/** Warns of open purses that end soon with tokens that nobody was paid. */
export function warnOfEnds(out: Output, purses: Line[], now: number): void {
  for (const { id, state, expiresAt, count: pieces, spent, refundable, currency } of purses) {
    if (state !== 'open' || spent === pieces || expiresAt - now > SOON_MS) continue
    const left = `${count(pieces - spent, 'piece')} for ${money(refundable, currency)}`
    out.warn('expired', `Purse ${short(id)} ends ${dayOf(expiresAt)} with ${left} not bought.`)
  }
}

/** Says of purses that the provider's ledger lost what follows for their owner. */
export function warnOfLost(out: Output, purses: Line[]): void {
  for (const { id, state, count: pieces, spent, price, currency } of purses) {
    if (state !== 'lost') continue
    const [cost, paid] = [pieces, spent].map((tokens) => money(price * BigInt(tokens), currency))
    out.warn(
      'unknown-purse',
      `Purse ${short(id)} of ${cost}, ${paid} of it paid to sellers: the provider’s ledger does not know it any more, as ` +
        'after an older backup was put back. Nobody is paid from it and nothing of it comes back; what is still missing is ' +
        'bought again. Whether its price is on your balance again only the provider can say: ask it.'
    )
  }
}

/** The purse whose id begins so. Throws `unknown-purse`, and `bad-option` when none is named or several are. */
function purseNamed(purses: Line[], named: string): Line {
  const ids = purses.map(({ id }) => short(id)).join(', ')
  const has = purses.length === 0 ? 'this wallet has no purses' : `this wallet has ${ids}`
  if (named === '') throw new FloodgateError('bad-option', `say which purse: ${has}`)
  const found = purses.filter(({ id }) => id.startsWith(named.toLowerCase()))
  if (found.length > 1) throw new FloodgateError('bad-option', `${named}: several purses`)
  if (found.length === 0) throw new FloodgateError('unknown-purse', `${named}: ${has}`)
  return found[0]!
}

/** `floodgate wallet cancel PURSE`: ends it, and says what comes back and when. */
export async function cancelNamed(out: Output, wallet: Wallet, named = ''): Promise<void> {
  const { id, currency } = purseNamed(wallet.summary().purses, named)
  const { kept, refundMax, refundAt } = await cancelPurse(wallet, fromHex(id))
  const stays = kept > 0 ? `; ${count(kept, 'piece')} kept for sellers` : ''
  const text = `up to ${money(refundMax, currency)} come back on ${dayOf(refundAt)}${stays}`
  out.tell('cancelled', { purse: id, refundMax, refundAt, kept, currency }, text)
}
