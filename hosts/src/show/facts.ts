// What the show saw, as plain values, and the sums that must agree. Pure: nothing here talks to anybody.

import type { Share } from '../trade/tally.ts'

export interface Seen {
  name: string
  uid: string
  /** Pieces that came to it, and bytes of the finished copy. */
  pieces: number
  bytes: number
  sha256: string
  /** How it joined. */
  joined: string
  deposited: bigint
  paid: bigint
  earned: bigint
  /** Credited for claims. */
  claimed: bigint
  bought: Share[]
  sold: Share[]
}

export interface Messages {
  /** All that the provider received while pieces were traded, but for our own questions. */
  total: number
  announces: number
  /** Announces that bought a purse. */
  purchases: number
  claims: number
  /** Torrent files fetched. */
  torrents: number
  /** None of these: what a message per piece or per pair would be. */
  other: number
}

export interface Books {
  deposits: bigint
  escrow: bigint
  debits: bigint
  credits: bigint
  faults: string[]
  /** Balance by uid. */
  balances: Map<string, bigint>
}

export interface Facts {
  file: string
  bytes: number
  sha256: string
  pieces: number
  price: bigint
  currency: string
  /** The provider's own seeder. */
  seeder: { uid: string; earned: bigint; claimed: bigint; sold: Share[] }
  buyers: Seen[]
  messages: Messages
  books: Books
  seconds: number
}

/** Every statement that must hold, with whether it does. */
export interface Check {
  text: string
  ok: boolean
}

/** Messages that one process may send, whatever it trades: some announces, a claim now and then. */
const MESSAGES_MAX = 10

const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((a, b) => a + b, 0n)

/** Pieces that buyers sold to each other. */
export function tradedAmongBuyers({ buyers }: Facts): number {
  return buyers.flatMap(({ sold }) => sold).reduce((n, { pieces }) => n + pieces, 0)
}

export function checksOf(facts: Facts): Check[] {
  const { buyers, seeder, books, price, pieces, messages } = facts
  const total = price * BigInt(pieces)
  const paid = sum(buyers.map((buyer) => buyer.paid))
  const earned = seeder.earned + sum(buyers.map((buyer) => buyer.earned))
  const claimed = seeder.claimed + sum(buyers.map((buyer) => buyer.claimed))
  const inAccounts = sum(books.balances.values())
  return [
    {
      text: 'Every copy has the SHA-256 of the source.',
      ok: buyers.every((buyer) => buyer.sha256 === facts.sha256)
    },
    {
      text: 'Every buyer paid for every piece exactly once.',
      ok: buyers.every((buyer) => buyer.paid === total && countOf(buyer.bought) === pieces)
    },
    { text: 'What the buyers paid is what the sellers earned.', ok: paid === earned },
    { text: 'It is the same from peer to peer.', ok: pairsAgree(facts) },
    { text: 'What the sellers earned is what their claims brought.', ok: earned === claimed },
    {
      text: 'Every balance is deposits − paid + claimed.',
      ok:
        books.balances.get(seeder.uid) === seeder.claimed &&
        buyers.every(
          ({ uid, deposited, paid, claimed }) =>
            books.balances.get(uid) === deposited - paid + claimed
        )
    },
    {
      text: 'Deposits = balances + escrow, and nothing is left in escrow.',
      ok: books.deposits === inAccounts + books.escrow && books.escrow === 0n
    },
    {
      text: 'Debits = credits, and the audit found no fault.',
      ok: books.debits === books.credits && books.faults.length === 0
    },
    {
      text: 'No piece cost the provider a message.',
      ok: messages.other === 0 && messages.total <= MESSAGES_MAX * (buyers.length + 1)
    }
  ]
}

const countOf = (shares: Share[]): number => shares.reduce((n, { pieces }) => n + pieces, 0)

/** For each pair: what the buyer says it paid is what the seller says it earned. */
function pairsAgree({ buyers, seeder }: Facts): boolean {
  const sellers = [seeder, ...buyers]
  const earned = new Map<string, bigint>()
  for (const { uid, sold } of sellers) {
    for (const share of sold) earned.set(`${share.uid} ${uid}`, share.amount)
  }
  const paid = new Map<string, bigint>()
  for (const { uid, bought } of buyers) {
    for (const share of bought) paid.set(`${uid} ${share.uid}`, share.amount)
  }
  const pairs = new Set([...earned.keys(), ...paid.keys()])
  return [...pairs].every((pair) => earned.get(pair) === paid.get(pair))
}
