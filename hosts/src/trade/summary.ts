// The last words of a process that traded: what it paid and earned, to and from whom, what buyers still owe, and what is left to
// claim. Nothing is claimed silently.

import { toHex } from '@floodgate/protocol'
import type { Output } from '../output.ts'
import { count, money } from '../units.ts'
import type { Share } from './tally.ts'
import type { Trading } from './trading.ts'

/** The JSON event `traded`; amounts are decimal text in minor units. */
interface Traded {
  uid: string
  paid: bigint
  earned: bigint
  currency: string
  bought: Share[]
  sold: Share[]
  /** Sent, and not paid for yet. */
  owed: { pieces: number; amount: bigint }
  unclaimed: { pieces: number; amount: bigint }
}

export function tellTraded(
  out: Output,
  trading: Pick<Trading, 'tally' | 'wallet' | 'owedToUs' | 'unclaimed'>,
  currency: string
): void {
  const { tally, wallet } = trading
  const [owed, unclaimed] = [trading.owedToUs(), trading.unclaimed()]
  const traded: Traded = {
    uid: toHex(wallet.uid),
    ...{ paid: tally.paidMinor, earned: tally.earnedMinor, currency },
    ...{ bought: tally.bought, sold: tally.sold, owed, unclaimed }
  }
  out.tell('traded', traded)
  const amount = (minor: bigint): string => money(minor, currency)
  const sellers = count(tally.bought.length, 'peer')
  const buyers = count(tally.sold.length, 'peer')
  out.say(
    `paid ${amount(tally.paidMinor)} to ${sellers}, earned ${amount(tally.earnedMinor)} from ${buyers}`
  )
  if (owed.pieces > 0) {
    const pieces = `${count(owed.pieces, 'piece')} for ${amount(owed.amount)}`
    out.say(`not paid to us yet: ${pieces}; buyers pay when they meet us again`)
  }
  if (unclaimed.pieces > 0) {
    out.say(`${amount(unclaimed.amount)} can be claimed: floodgate claim does it, with this wallet`)
  }
}
