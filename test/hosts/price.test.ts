// What a content costs: a price as people type it, and what rounding makes of it for a content of some length.

import assert from 'node:assert/strict'
import { FloodgateError, decimalOf } from '@floodgate/protocol'
import fc from 'fast-check'
import { parsePrice, priceOf, type Price } from '../../hosts/src/price.ts'
import { parseSize } from '../../hosts/src/units.ts'

const KIB = 1024
const MIB = 1024 * KIB
const MB = 1_000_000

type Options = NonNullable<Parameters<typeof priceOf>[3]>

const priced = (text: string, bytes: number, options: Options = {}, currency = 'EUR'): Price =>
  priceOf(parsePrice(text), currency, bytes, options)

function refusal(text: string, bytes: number, options: Options = {}, currency = 'EUR'): string {
  try {
    priced(text, bytes, options, currency)
  } catch (error) {
    assert.ok(error instanceof FloodgateError && error.code === 'bad-option', String(error))
    return error.detail
  }
  throw new assert.AssertionError({ message: `${text} is taken` })
}

describe('hosts: prices a piece', () => {
  it('are money in the currency’s own digits, whatever the content is', () => {
    const minor = (text: string, currency: string): bigint => priced(text, MB, {}, currency).minor
    assert.equal(minor('0.02/piece', 'EUR'), 2n)
    assert.equal(minor('3/piece', 'JPY'), 3n)
    assert.equal(minor('0.005/piece', 'KWD'), 5n)
  })

  it('are refused when they could be two, and when they are none', () => {
    assert.match(refusal('1/piece', MB), /^1 is 0\.01 or 1\.00 EUR\? say which$/)
    assert.match(refusal('1/GB', MB), /^1 is 0\.01 or 1\.00 EUR\?/)
    // prettier-ignore
    const odd = ['2', '0', '0/GB', '0.00/piece', '-1', '1.50', '1.00/MB', 'free', '1,50/GB', '0.005/piece']
    for (const text of odd) refusal(text, MB)
  })
})

describe('hosts: prices a gigabyte', () => {
  // What buyers of all of it pay is pieces × minor; asked were cents × bytes / 10^9.
  // prettier-ignore
  const rows: [text: string, bytes: number, currency: string, minor: bigint, pieceLength: number, pieces: number, perGb: bigint, off: number][] = [
    // 8 cents for 0.08.
    ['40.00/GB',   2 * MB,    'EUR',  1n,  256 * KIB,     8, 4000n, 0],
    // 344 cents of 360: 344 pieces of 256 KiB.
    ['40.00/GB',   90 * MB,   'EUR',  1n,  256 * KIB,   344, 3822n, 4.4],
    // 45 cents: 43 pieces of 2 MiB are the first that are few enough.
    ['5.00/GB',    90 * MB,   'EUR',  1n,  2 * MIB,      43, 478n, 4.4],
    // 600 cents: 120 pieces of 5 cents.
    ['1.50/GB',    4000 * MB, 'EUR',  5n,  32 * MIB,    120, 150n, 0],
    // A yen a megabyte.
    ['1000/GB',    4000 * MB, 'JPY',  1n,  1 * MIB,    3815, 954n, 4.6],
    ['1.500/GB',   4000 * MB, 'KWD',  3n,  2 * MIB,    1908, 1431n, 4.6]
  ]
  for (const [text, bytes, currency, minor, pieceLength, pieces, perGbMinor, off] of rows) {
    it(`${text} of ${bytes / MB} MB in ${currency}: ${pieces} pieces at ${minor}`, () => {
      const price = priced(text, bytes, {}, currency)
      assert.deepEqual([price.minor, price.pieceLength], [minor, pieceLength])
      const { rounded } = price
      assert.deepEqual(
        [rounded?.pieces, rounded?.perGbMinor, rounded?.offPercent, rounded?.isExact],
        [pieces, perGbMinor, off, off === 0]
      )
    })
  }

  // prettier-ignore
  const refused: [text: string, bytes: number, options: Options, said: string][] = [
    // Half a cent of 2 MB: two pieces come nearest to it, and eight are better to trade.
    ['1.50/GB', 2 * MB, {},
      '1.9 MiB cannot be sold for 1.50/GB within a tenth: a piece costs 0.01 EUR at the least. Say --price 0.01/piece --piece-length 1M (2 pieces of 1.0 MiB at 0.01 EUR, 0.02 EUR in all, 10.00/GB), or --price 0.01/piece --piece-length 256k (8 pieces of 256.0 KiB at 0.01 EUR, 0.08 EUR in all, 40.00/GB); --any-rounding takes the last'],
    ['1.50/GB', MB / 10, {},
      '97.7 KiB cannot be sold for 1.50/GB within a tenth: a piece costs 0.01 EUR at the least. Say --price 0.01/piece --piece-length 256k (1 piece of 256.0 KiB at 0.01 EUR, 0.01 EUR in all, 100.00/GB); --any-rounding takes the last'],
    ['1.00/GB', 90 * MB, {},
      '85.8 MiB cannot be sold for 1.00/GB within a tenth: a piece costs 0.01 EUR at the least. Say --piece-length 32M (3 pieces of 32.0 MiB at 0.03 EUR, 0.09 EUR in all, 1.00/GB), or --price 0.01/piece --piece-length 4M (22 pieces of 4.0 MiB at 0.01 EUR, 0.22 EUR in all, 2.44/GB); --any-rounding takes the last'],
    ['1.00/GB', 4000 * MB, { pieceLength: MIB },
      '3.7 GiB cannot be sold for 1.00/GB within a tenth: a piece costs 0.01 EUR at the least. Say --piece-length 32M (120 pieces of 32.0 MiB at 0.03 EUR, 3.60 EUR in all, 0.90/GB), or --price 0.01/piece --piece-length 1M (3,815 pieces of 1.0 MiB at 0.01 EUR, 38.15 EUR in all, 9.54/GB); --any-rounding takes the last']
  ]
  for (const [text, bytes, options, said] of refused) {
    it(`${text} of ${bytes / MB} MB is refused, with what would work`, () => {
      assert.equal(refusal(text, bytes, options), said)
      const anyway = priced(text, bytes, { ...options, anyRounding: true })
      assert.equal(anyway.minor, 1n)
    })
  }

  it('a content that needs longer pieces than there are says so', () => {
    assert.match(refusal('1.50/GB', 3 * 2 ** 40), /--piece-length/)
  })

  const amount = fc.integer({ min: 1, max: 50_000 }).map((cents) => (cents / 100).toFixed(2))
  const bytes = fc.oneof(fc.integer({ min: 1, max: 50 * MB }), fc.integer({ min: 1, max: 2 ** 40 }))
  const pieceLength = fc.option(
    fc.integer({ min: 14, max: 28 }).map((power) => 2 ** power),
    { nil: undefined }
  )
  const options = pieceLength.map((length) => (length === undefined ? {} : { pieceLength: length }))

  it('what buyers of all of it pay is within a tenth of what was asked, and leaves enough to trade', () => {
    fc.assert(
      fc.property(amount, bytes, options, (text, length, given) => {
        const price = ifTaken(`${text}/GB`, length, given)
        if (price === undefined) return
        const chosen = price.pieceLength!
        const paid = Number(price.minor) * Math.ceil(length / chosen)
        const asked = (Number(text) * 100 * length) / 1e9
        assert.ok(Math.abs(paid - asked) <= asked * 0.1 * (1 + 1e-9), `${paid} for ${asked}`)
        if (given.pieceLength !== undefined) assert.equal(chosen, given.pieceLength)
        else assert.ok(chosen === 256 * KIB || chosen * 16 <= length)
      }),
      { numRuns: 2000 }
    )
  })

  const parsed = (piece: string): bigint => priced(`${piece}/piece`, MB).minor

  it('whatever a refusal says would work, and brings what it says', () => {
    fc.assert(
      fc.property(amount, bytes, options, (text, length, given) => {
        if (ifTaken(`${text}/GB`, length, given) !== undefined) return
        const said = refusal(`${text}/GB`, length, given)
        const [, other] = /Say --piece-length (\S+) \(/.exec(said) ?? []
        if (other !== undefined) priced(`${text}/GB`, length, { pieceLength: parseSize(other) })
        const exact = [
          ...said.matchAll(
            /--price (\S+)\/piece --piece-length (\S+) \(([\d,]+) piece.*? ([\d.]+) EUR in all/g
          )
        ]
        for (const [, piece, ofLength, count, total] of exact) {
          const taken = priced(`${piece}/piece`, length, { pieceLength: parseSize(ofLength!) })
          const pieces = Math.ceil(length / taken.pieceLength!)
          assert.equal(count!.replaceAll(',', ''), String(pieces))
          assert.equal(decimalOf(taken.minor * BigInt(pieces), 'EUR'), total)
        }
        const { minor, pieceLength: last } = priced(`${text}/GB`, length, {
          ...given,
          anyRounding: true
        })
        const [, piece, ofLength] = exact.at(-1)!
        assert.deepEqual([minor, last], [parsed(piece!), parseSize(ofLength!)])
      }),
      { numRuns: 2000 }
    )
  })
})

function ifTaken(text: string, bytes: number, options: Options): Price | undefined {
  try {
    return priced(text, bytes, options)
  } catch {
    return undefined
  }
}
