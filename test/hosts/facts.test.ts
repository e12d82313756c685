// The sums of the show: they hold for honest facts, and every single falsehood is noticed.

import assert from 'node:assert/strict'
import { checksOf, tradedAmongBuyers, type Facts } from '../../hosts/src/show/facts.ts'

/** A seeder that sold 12 of 20 pieces at 2, and two buyers that sold 5 and 3 to each other. */
function honest(): Facts {
  const buyer = (name: string, uid: string) => ({
    ...{ name, uid, pieces: 10, bytes: 1000, sha256: 'aa', joined: 'magnet link', deposited: 30n }
  })
  const share = (uid: string, pieces: number) => ({ uid, pieces, amount: BigInt(2 * pieces) })
  return {
    ...{ file: 'film', bytes: 1000, sha256: 'aa', pieces: 10, price: 2n, currency: 'EUR' },
    seeder: { uid: 's', earned: 24n, claimed: 24n, sold: [share('a', 7), share('b', 5)] },
    buyers: [
      {
        ...buyer('buyer 1', 'a'),
        ...{ paid: 20n, earned: 10n, claimed: 10n },
        ...{ bought: [share('s', 7), share('b', 3)], sold: [share('b', 5)] }
      },
      {
        ...buyer('buyer 2', 'b'),
        ...{ paid: 20n, earned: 6n, claimed: 6n },
        ...{ bought: [share('s', 5), share('a', 5)], sold: [share('a', 3)] }
      }
    ],
    messages: { total: 9, announces: 6, purchases: 2, claims: 2, torrents: 1, other: 0 },
    books: {
      ...{ deposits: 60n, escrow: 0n, debits: 140n, credits: 140n, faults: [] },
      balances: new Map([
        ['s', 24n],
        ['a', 20n],
        ['b', 16n]
      ])
    },
    seconds: 1
  }
}

const failed = (facts: Facts): string[] =>
  checksOf(facts)
    .filter(({ ok }) => !ok)
    .map(({ text }) => text)

describe('hosts: the sums of the show', () => {
  it('hold for honest facts', () => {
    assert.deepEqual(failed(honest()), [])
    assert.equal(tradedAmongBuyers(honest()), 8)
  })

  // prettier-ignore
  const lies: [lie: string, tell: (facts: Facts) => void, noticed: RegExp][] = [
    ['another copy',              (f) => (f.buyers[0]!.sha256 = 'bb'),                   /SHA-256/],
    ['a piece paid twice',        (f) => (f.buyers[0]!.paid += 2n),                      /exactly once/],
    ['a piece not paid',          (f) => (f.buyers[0]!.bought[0]!.pieces -= 1),          /exactly once/],
    ['money from nowhere',        (f) => (f.seeder.earned += 2n),                        /what the sellers earned/],
    ['the wrong seller paid',     (f) => (f.buyers[0]!.bought[0]!.uid = 'x'),            /peer to peer/],
    ['a seller who hides a sale', (f) => f.seeder.sold.pop(),                            /peer to peer/],
    ['a claim that was cut',      (f) => (f.buyers[1]!.claimed -= 2n),                   /claims brought/],
    ['a wrong balance',           (f) => f.books.balances.set('a', 21n),                 /Every balance/],
    ['a lost account',            (f) => f.books.balances.delete('s'),                   /Every balance/],
    ['money stuck in escrow',     (f) => (f.books.escrow = 2n),                          /escrow/],
    ['a deposit not booked',      (f) => (f.books.deposits -= 1n),                       /Deposits/],
    ['a one-sided posting',       (f) => (f.books.debits += 1n),                         /Debits/],
    ['an audit that complains',   (f) => f.books.faults.push('account a is below zero'), /audit/],
    ['a message per piece',       (f) => (f.messages.other = 20),                        /No piece/],
    ['an announce per piece',     (f) => (f.messages.total = 200),                       /No piece/]
  ]
  for (const [lie, tell, noticed] of lies) {
    it(`I1, I7: notice ${lie}`, () => {
      const facts = honest()
      tell(facts)
      assert.match(failed(facts).join('\n'), noticed)
    })
  }
})
