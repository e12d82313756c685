// Policies as operators write them: what each rule keeps, in what order, and which key is named when one is wrong.
import assert from 'node:assert/strict'
import {
  expectWhole,
  parsePayout,
  policyOf,
  setupOf,
  storeCredit,
  type PolicyWords,
  type Standing
} from '@floodgate/tracker'
import { NOW, payoutPolicyCompliance } from './policy-compliance.ts'

const setup = (words: PolicyWords) => setupOf({ ...words, rail: storeCredit() }, 'EUR')
const DAY_MS = 86_400e3

const all: PolicyWords = {
  split: { seller: 80, provider: 20 },
  minimum: '5.00 EUR',
  hold: '7 days',
  reserve: { share: '10 %', for: '90 days' },
  caps: { payout: '500.00 EUR', day: '600.00 EUR', month: '900.00 EUR' },
  round: '1.00 EUR'
}
payoutPolicyCompliance('every rule', setup(all).policy)
payoutPolicyCompliance('none', setup({}).policy)
payoutPolicyCompliance('minimum alone', setup({ minimum: '0.01 EUR' }).policy)

/** `earned`: [days ago, minor]. */
function standing(balance: number, earned: [number, number][] = [], paid = earned): Standing {
  const list = (given: [number, number][]) =>
    given.map(([days, minor]) => ({ at: NOW - days * DAY_MS, amountMinor: BigInt(minor) }))
  const sum = earned.reduce((all, [, minor]) => all + minor, 0)
  return {
    uid: 'bob',
    balanceMinor: BigInt(balance),
    withdrawableMinor: BigInt(sum),
    earned: list(earned),
    paid: list(paid === earned ? [] : paid),
    payouts: 0
  }
}

const cases: [what: string, words: PolicyWords, given: Standing, expected: string][] = [
  ['all that was earned', {}, standing(900, [[1, 900]]), 'pay 900'],
  ['no deposit', {}, standing(1000, [[1, 900]]), 'deposit 100 pay 900'],
  ['what is left of it', {}, standing(500, [[1, 900]]), 'pay 500'],
  [
    'young earnings are held',
    { hold: '7 days' },
    standing(900, [
      [6, 300],
      [8, 600]
    ]),
    'hold 300 pay 600'
  ],
  [
    'and no more than there is',
    { hold: '7 days' },
    standing(200, [
      [6, 300],
      [8, 600]
    ]),
    'hold 200'
  ],
  ['below the minimum', { minimum: '5.00 EUR' }, standing(499, [[1, 499]]), 'minimum 499'],
  ['at the minimum', { minimum: '5.00 EUR' }, standing(500, [[1, 500]]), 'pay 500'],
  ['rounded down', { round: '1.00 EUR' }, standing(999, [[1, 999]]), 'rounding 99 pay 900'],
  [
    'a reserve, rounded up, of what is not held already',
    { hold: '1 day', reserve: { share: '10 %', for: '90 days' } },
    standing(1206, [
      [0, 100],
      [30, 101],
      [91, 1005]
    ]),
    'hold 100 reserve 11 pay 1095'
  ],
  ['capped', { caps: { payout: '5.00 EUR' } }, standing(900, [[9, 900]]), 'cap 400 pay 500'],
  [
    'capped by what the day saw',
    { caps: { day: '5.00 EUR' } },
    standing(
      900,
      [[9, 900]],
      [
        [0.5, 300],
        [2, 300]
      ]
    ),
    'cap 700 pay 200'
  ],
  [
    'capped by what the month saw',
    { caps: { month: '5.00 EUR' } },
    standing(
      900,
      [[9, 900]],
      [
        [29, 600],
        [31, 100]
      ]
    ),
    'cap 900'
  ],
  [
    'the minimum counts after all others',
    { caps: { payout: '4.00 EUR' }, minimum: '5.00 EUR' },
    standing(900, [[9, 900]]),
    'cap 500 minimum 400'
  ]
]

describe('payout policy', () => {
  for (const [what, words, given, expected] of cases) {
    it(`shares: ${what}`, () => {
      const shares = setup(words).policy.share(given, NOW)
      const text = shares.map(({ reason, amountMinor }) => `${reason} ${amountMinor}`)
      assert.equal(text.join(' '), expected)
    })
  }

  it('I1: a rule that keeps too much, or less than nothing, pays nobody', () => {
    for (const kept of [-1n, 901n]) {
      const rule = { reason: 'odd', windowMs: 0, words: 'Odd.', keep: () => kept }
      const given = standing(900, [[1, 900]])
      assert.throws(() => policyOf(1_000_000, [rule]).share(given, NOW), { code: 'internal' })
    }
    assert.throws(() => expectWhole([{ reason: 'pay', amountMinor: 1n }], 2n), { code: 'internal' })
  })

  it('says in words what it does', () => {
    const { words } = setup({ ...all, schedule: '0 3 * * 1', timeZone: 'Europe/Berlin' })
    assert.ok(words.includes('Nothing is paid below 5.00 EUR.'))
    assert.ok(words.includes('Payouts are run at 0 3 * * 1 (Europe/Berlin).'))
  })

  const sepa = { iban: 'DE75512108001245126199', name: 'Example' }
  const wrong: [key: string, value: unknown][] = [
    ['payout', 'weekly'],
    ['payout.rail', {}],
    ['payout.minimun', { rail: 'credit', minimun: '5.00 EUR' }],
    ['payout.minimum', { rail: 'credit', minimum: '5.001 EUR' }],
    ['payout.minimum', { rail: 'credit', minimum: '5.00 SEK' }],
    ['payout.minimum', { rail: 'credit', minimum: 5 }],
    ['payout.split', { rail: 'credit', split: { seller: 80, provider: 21 } }],
    ['payout.split.seller', { rail: 'credit', split: { seller: -1, provider: 101 } }],
    ['payout.hold', { rail: 'credit', hold: 'a week' }],
    ['payout.reserve.share', { rail: 'credit', reserve: { share: '101 %', for: '1 day' } }],
    ['payout.reserve.for', { rail: 'credit', reserve: { share: '1 %', for: 'ever' } }],
    ['payout.caps.week', { rail: 'credit', caps: { week: '1.00 EUR' } }],
    ['payout.caps.day', { rail: 'credit', caps: { day: 'much' } }],
    ['payout.schedule', { rail: 'credit', schedule: '0 3 * * 9' }],
    ['payout.schedule', { rail: 'credit', schedule: '0 3 * * 1', timeZone: 'Mars/Base' }],
    ['payout.destinationHold', { rail: 'credit', destinationHold: '1 week' }],
    ['payout.rail.sepa', { rail: { sepa: { ...sepa, iban: 'DE1' } } }],
    ['payout.rail.DE.stripe', { rail: { DE: { stripe: { key: 'none' } } } }],
    ['payout.rail.Germany', { rail: { Germany: { sepa } } }]
  ]
  for (const [key, value] of wrong) {
    it(`names ${key} when it is wrong: ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => parsePayout(value, { currency: 'EUR', folder: '/tmp' }),
        ({ code, detail }: { code: string; detail: string }) => {
          assert.equal(code, 'bad-option')
          assert.ok(detail.startsWith(key), detail)
          return true
        }
      )
    })
  }

  it('takes a rail for each country, and one for all others', () => {
    const rail = { DE: { sepa }, FR: { sepa }, default: 'credit' }
    const options = parsePayout({ rail }, { currency: 'EUR', folder: '/tmp' })
    const { rails, railFor } = setupOf(options, 'EUR')
    assert.deepEqual(rails.map(({ name }) => name).sort(), ['credit', 'sepa'])
    const names = ['DE', 'FR', 'US', ''].map(
      (country) => railFor({ kind: 'iban', account: '', name: '', text: '', country })?.name
    )
    assert.deepEqual(names, ['sepa', 'sepa', 'credit', 'credit'])
  })
})
