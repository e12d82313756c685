// What a person wants to see of a wallet: plain values, for a command line or a page.

import { toHex } from '@floodgate/protocol'
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
    count: number
    price: bigint
    currency: string
    expiresAt: number
    spent: number
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
  events: readonly WalletEvent[]
): WalletSummary {
  return {
    purses: purses.map((purse) => ({
      id: toHex(purse.id),
      infoHash: toHex(purse.infoHash),
      count: purse.count,
      price: purse.price,
      currency: purse.currency,
      expiresAt: purse.certificate.expiry,
      spent: purse.spent(),
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
