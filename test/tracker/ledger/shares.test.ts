// The split of claims loses nothing (F4): whatever the amounts, and however often the operator changes its share.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { shareOut, wholeMillionths } from '../../../tracker-extension/src/ledger/shares.ts'

const claims = fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 200 })
const share = fc.integer({ min: 0, max: wholeMillionths })

describe('ledger: the split of claims', () => {
  it('F4 I1: after any claims the seller has exactly ⌊sum × share⌋, and both have the sum', () => {
    fc.assert(
      fc.property(claims, share, (amounts, sellerMillionths) => {
        let [seller, provider, sum, carried] = [0n, 0n, 0n, 0]
        for (const amount of amounts) {
          const parts = shareOut(amount, sellerMillionths, carried)
          assert.ok(parts.sellerMinor >= 0n && parts.providerMinor >= 0n)
          assert.equal(parts.sellerMinor + parts.providerMinor, amount)
          seller += parts.sellerMinor
          provider += parts.providerMinor
          sum += amount
          carried = parts.carriedMillionths
          const exact = (sum * BigInt(sellerMillionths)) / BigInt(wholeMillionths)
          assert.equal(seller, exact)
        }
        assert.equal(seller + provider, sum)
      })
    )
  })

  it('F4: a change of the split in between takes nothing from what was carried', () => {
    const steps = fc.array(fc.tuple(fc.bigInt(0n, 10n ** 12n), share), { maxLength: 200 })
    fc.assert(
      fc.property(steps, (given) => {
        let [seller, exact, carried] = [0n, 0n, 0]
        for (const [amount, sellerMillionths] of given) {
          const parts = shareOut(amount, sellerMillionths, carried)
          assert.ok(parts.sellerMinor <= amount && parts.sellerMinor >= 0n)
          seller += parts.sellerMinor
          carried = parts.carriedMillionths
          exact += amount * BigInt(sellerMillionths)
        }
        assert.equal(seller * BigInt(wholeMillionths) + BigInt(carried), exact)
        assert.ok(carried < wholeMillionths)
      })
    )
  })
})
