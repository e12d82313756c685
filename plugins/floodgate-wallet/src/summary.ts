// What a person wants to see of a wallet: plain values, for a command line or a page.

import { CLOCK_SLACK_MS, countBits, toHex } from '@floodgate/protocol'
import type { CourtBook } from './court-book.ts'
import { disputeSummary } from './disputes.ts'
import { noticeSummary } from './notices.ts'
import type { Purse } from './purse.ts'
import type { Sale } from './sale.ts'
import type { WalletEvent } from './state.ts'

/** Ids are hex; counts are tokens, which are pieces; amounts are minor units of `currency`. */
export interface WalletSummary {
  purses: {
    id: string
    infoHash: string
    /** Pieces that it covers, and those of the content. */
    count: number
    contentPieces: number
    price: bigint
    currency: string
    /** When it ends; what is left comes back a day later. */
    expiresAt: number
    /** `open`; `cancelled` by us; `lost`: the provider's ledger does not know it any more; or `over`. */
    state: 'open' | 'cancelled' | 'lost' | 'over'
    spent: number
    /** Tokens promised to sellers and not paid. */
    held: number
    /** Minor units that come back as it stands, and when. */
    refundable: bigint
    refundAt: number
    uncertain: number
    payees: { uid: string; count: number }[]
  }[]
  sales: {
    purse: string
    payer: string
    infoHash: string
    price: bigint
    currency: string
    earned: number
    owed: number
    claimed: number
    credited: bigint
    /** Error code of the provider's lasting refusal; empty as a rule. */
    refusal: string
  }[]
  /** Our complaints, and those about us; oldest first. */
  disputes: ReturnType<typeof disputeSummary>[]
  notices: ReturnType<typeof noticeSummary>[]
  /** Whose accounts the provider has revoked, why, and until when. */
  revocations: { version: number; entries: { uid: string; reason: string; until: number }[] }
  /** The last 200, oldest first. */
  events: WalletEvent[]
}

export function summaryOf(
  purses: Purse[],
  sales: Sale[],
  court: CourtBook,
  events: readonly WalletEvent[],
  now: number
): WalletSummary {
  return {
    purses: purses.map((purse) => ({
      id: toHex(purse.id),
      infoHash: toHex(purse.infoHash),
      count: purse.covered,
      contentPieces: purse.count,
      price: purse.price,
      currency: purse.currency,
      expiresAt: purse.ends,
      ...standingOf(purse, now),
      uncertain: purse.uncertain().length,
      payees: purse.payees().map(({ uid, count }) => ({ uid: toHex(uid), count }))
    })),
    sales: sales
      .filter((sale) => !sale.isEmpty)
      .map((sale) => ({
        purse: toHex(sale.purse.purse),
        payer: toHex(sale.payer),
        infoHash: toHex(sale.purse.infoHash),
        price: sale.purse.price,
        currency: sale.purse.currency,
        earned: sale.count,
        owed: sale.owed.size,
        claimed: sale.claimed.count,
        credited: sale.claimed.credited,
        refusal: sale.refusal
      })),
    disputes: court.disputes.all().map(disputeSummary),
    notices: court.notices.all().map(noticeSummary),
    revocations: {
      version: court.revocations.version,
      entries: court.revocations
        .all()
        .map(({ uid, reason, until }) => ({ uid: toHex(uid), reason, until }))
    },
    events: events.map((event) => ({ ...event }))
  }
}

/** Of a cancelled purse only what was given back comes early; what it kept does at its end, if no seller has it. */
function standingOf(purse: Purse, now: number) {
  const [spent, kept] = [purse.spent(), countBits(purse.kept())]
  const { cancellation, ends, price, covered } = purse
  const isNotOurs = purse.isPushed || purse.isLost
  // What is left of a pushed one is the provider's.
  const returned = isNotOurs ? 0 : covered - (cancellation === undefined ? spent : kept)
  return {
    state: stateOf(purse, now),
    ...{ spent, held: kept - spent },
    refundable: price * BigInt(returned),
    refundAt: cancellation?.refundAt || ends + CLOCK_SLACK_MS
  } as const
}

function stateOf({ isLost, ends, cancellation }: Purse, now: number) {
  if (isLost) return 'lost'
  if (now >= ends) return 'over'
  return cancellation === undefined ? 'open' : 'cancelled'
}
