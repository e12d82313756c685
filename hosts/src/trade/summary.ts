// The last words of a process that traded: what it paid and earned, to and from whom, and what is left to claim.

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
  unclaimed: { pieces: number; amount: bigint }
}

export function tellTraded(out: Output, trading: Trading, currency: string): void {
  const { tally, wallet } = trading
  const unclaimed = trading.unclaimed()
  const traded: Traded = {
    uid: toHex(wallet.uid),
    ...{ paid: tally.paidMinor, earned: tally.earnedMinor, currency },
    ...{ bought: tally.bought, sold: tally.sold, unclaimed }
  }
  out.tell('traded', traded)
  const amount = (minor: bigint): string => money(minor, currency)
  const sellers = count(tally.bought.length, 'peer')
  const buyers = count(tally.sold.length, 'peer')
  out.say(
    `paid ${amount(tally.paidMinor)} to ${sellers}, earned ${amount(tally.earnedMinor)} from ${buyers}`
  )
  if (unclaimed.pieces > 0) {
    out.say(`${amount(unclaimed.amount)} can be claimed: floodgate claim --wallet …`)
  }
}
