// Amounts between minor units and decimals, and gift codes as people type them.
import assert from 'node:assert/strict'
import {
  codeOf,
  decimalOf,
  giftCodeOf,
  giftHashOf,
  minorOf,
  platformCrypto as crypto,
  readGiftCode,
  typedMinorOf
} from '@floodgate/protocol'
import fc from 'fast-check'

const code = (run: () => unknown): string => {
  try {
    return String(run())
  } catch (error) {
    return codeOf(error)
  }
}

describe('protocol: money', () => {
  it('has the digits of each currency: JPY 0, EUR 2, KWD 3, a provider’s own credit 0', () => {
    const rows: [decimal: string, currency: string, minor: string, written?: string][] = [
      ['12.50', 'EUR', '1250'],
      ['12.5', 'EUR', '1250', '12.50'],
      ['0.02', 'EUR', '2'],
      ['12.50000', 'EUR', '1250', '12.50'],
      ['007', 'EUR', '700', '7.00'],
      ['500', 'JPY', '500'],
      ['500.00', 'JPY', '500', '500'],
      ['5.124', 'KWD', '5124'],
      ['3', 'CREDIT', '3'],
      ['0', 'EUR', '0', '0.00']
    ]
    for (const [decimal, currency, minor, written = decimal] of rows) {
      assert.equal(String(minorOf(decimal, currency)), minor, decimal)
      assert.equal(decimalOf(BigInt(minor), currency), written)
    }
    assert.equal(decimalOf(-5n, 'EUR'), '-0.05')
    const bad: [string, string][] = [
      ['0.005', 'EUR'],
      ['1.5', 'JPY'],
      ['-1', 'EUR'],
      ['1,50', 'EUR'],
      ['1e3', 'EUR'],
      ['', 'EUR'],
      ['.5', 'EUR'],
      ['99999999999999999.99', 'EUR']
    ]
    for (const [decimal, currency] of bad) {
      assert.equal(
        code(() => minorOf(decimal, currency)),
        'bad-request',
        decimal
      )
    }
  })
})

describe('protocol: amounts as people type them', () => {
  // prettier-ignore
  const fine: [text: string, currency: string, minor: bigint][] = [
    ['12.50',              'EUR',    1250n],
    ['12.5',               'EUR',    1250n],
    ['0.02',               'EUR',    2n],
    ['5.00 EUR',           'EUR',    500n],
    ['0.005',              'KWD',    5n],
    ['12',                 'JPY',    12n],
    ['12',                 'CREDIT', 12n],
    ['0',                  'EUR',    0n],
    ['9999999999999999.99', 'EUR',   999_999_999_999_999_999n]
  ]
  for (const [text, currency, minor] of fine) {
    it(`${text} ${currency} is ${minor}`, () => assert.equal(typedMinorOf(text, currency), minor))
  }

  it('asks where the point would be, and not where there is none', () => {
    const detail = '500 is 5.00 or 500.00 EUR? say which'
    assert.throws(() => typedMinorOf('500', 'EUR'), { code: 'bad-option', detail })
    assert.throws(() => typedMinorOf('1', 'KWD'), { detail: '1 is 0.001 or 1.000 KWD? say which' })
  })

  it('refuses what is no amount of the currency', () => {
    const odd = ['', '-1', '1.505', '1.', '.5', '01.00', '1e3', '1,50', '99999999999999999.00']
    for (const text of odd) {
      assert.throws(() => typedMinorOf(text, 'EUR'), { code: 'bad-option' }, text)
    }
    assert.throws(() => typedMinorOf('1.5', 'JPY'), { code: 'bad-option' })
  })

  it('reads every amount as it is written, and guesses none', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 15n), fc.constantFrom('EUR', 'JPY', 'KWD'), (minor, code) =>
        assert.equal(typedMinorOf(decimalOf(minor, code), code), minor)
      )
    )
  })
})

describe('protocol: gift codes', () => {
  const codes = Array.from({ length: 200 }, () => giftCodeOf(crypto.random(12))).filter(
    (one) => one !== undefined
  )
  const bare = codes.map((one) => one.replaceAll('-', ''))

  it('have 19 digits and a check symbol that shells leave alone, in groups of five', () => {
    assert.ok(codes.length > 100)
    assert.equal(new Set(codes).size, codes.length)
    for (const one of codes)
      assert.match(one, /^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{4}[0-9A-Z]$/)
    // 12 zero bytes are the number 0; its check symbol is 0.
    assert.equal(giftCodeOf(new Uint8Array(12)), '00000-00000-00000-00000')
  })

  it('are read whatever people make of them, and have one hash', () => {
    for (const [i, one] of codes.slice(0, 20).entries()) {
      const typed = one.toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o').replaceAll('-', ' ')
      assert.equal(readGiftCode(typed), bare[i])
      assert.match(giftHashOf(crypto, bare[i]!), /^[0-9a-f]{64}$/)
    }
  })

  it('with one wrong symbol, or two that changed places, are none', () => {
    const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    const [one] = bare as [string]
    for (let at = 0; at < one.length; at++) {
      for (const symbol of symbols) {
        if (symbol === one[at]) continue
        assert.equal(readGiftCode(one.slice(0, at) + symbol + one.slice(at + 1)), undefined)
      }
    }
    for (const text of ['', 'x', `${one}0`, one.slice(1), 'SPRING26', `${one.slice(1)}é`]) {
      assert.equal(readGiftCode(text), undefined, text)
    }
  })
})
