// What every payout policy must do, on standings of all kinds. An implementation's test calls `payoutPolicyCompliance`.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { PayoutPolicy, Standing } from '@floodgate/tracker'

export const NOW = 1_800_000_000_000
const YEAR_MS = 365 * 86_400e3

const minor = fc.bigInt(0n, 10n ** 12n)
const dated = fc.array(
  fc.record(
    { at: fc.integer({ min: NOW - YEAR_MS, max: NOW }), amountMinor: minor },
    { noNullPrototype: true }
  ),
  { maxLength: 20 }
)
/** Anything that a ledger may say, also what no honest one would. */
export const anyStanding: fc.Arbitrary<Standing> = fc.record(
  {
    uid: fc.constant('bob'),
    ...{ balanceMinor: minor, withdrawableMinor: minor, earned: dated, paid: dated },
    payouts: fc.nat()
  },
  { noNullPrototype: true }
)

export function payoutPolicyCompliance(name: string, policy: PayoutPolicy): void {
  describe(`payout policy: ${name}`, () => {
    it('I1: its shares are not negative and add up to the balance', () => {
      fc.assert(
        fc.property(anyStanding, (standing) => {
          const shares = policy.share(standing, NOW)
          const sum = shares.reduce((all, { amountMinor }) => all + amountMinor, 0n)
          assert.equal(sum, standing.balanceMinor)
          assert.ok(shares.every(({ amountMinor }) => amountMinor >= 0n))
          assert.ok(shares.filter(({ reason }) => reason === 'pay').length <= 1)
        })
      )
    })

    it('pays no deposits: never more than was earned', () => {
      fc.assert(
        fc.property(anyStanding, (standing) => {
          const shares = policy.share(standing, NOW)
          const pay = shares.find(({ reason }) => reason === 'pay')?.amountMinor ?? 0n
          assert.ok(pay <= standing.withdrawableMinor)
        })
      )
    })

    it('is pure: the same again is the same, and what it was given is as it was', () => {
      fc.assert(
        fc.property(anyStanding, (standing) => {
          const before = structuredClone(standing)
          assert.deepEqual(policy.share(standing, NOW), policy.share(before, NOW))
          assert.deepEqual(standing, before)
        })
      )
    })

    it('splits claims in millionths, and says in words what it does', () => {
      assert.ok(Number.isInteger(policy.sellerMillionths))
      assert.ok(policy.sellerMillionths >= 0 && policy.sellerMillionths <= 1_000_000)
      assert.ok(policy.words.every((line) => line.endsWith('.')))
    })
  })
}
