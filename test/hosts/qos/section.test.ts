// What is promised, as people write it: words and fields mean the same, and what is wrong is named.

import assert from 'node:assert/strict'
import { FloodgateError } from '@floodgate/protocol'
import { parseConfig } from '../../../hosts/src/config/config.ts'
import { budgetOf, policyOf } from '../../../hosts/src/qos/promise.ts'
import { parseQos, sayQos, type QosSection } from '../../../hosts/src/qos/section.ts'
import { inForce, shareOut } from '../../../hosts/src/qos/steer.ts'
import { decisionOf, leechersOf, sampleOf } from '../../qos/samples.ts'

const WORDS = 'target 500 kB/s, floor 2, web 8 MB/s, max 50 MB/s, per day 2 TB, in all 50 TB'
const sectionIn = (text: string) => parseConfig(text, 'provider.yaml').sections['qos']

describe('hosts qos: what is promised', () => {
  it('F75, F76, F79, W16: words and fields are the same, and are said again', () => {
    const section = parseQos(WORDS)
    assert.deepEqual(section, {
      ...{ target: '500 kB/s', floor: { seeders: 2 }, web: { uplink: '8 MB/s' }, max: '50 MB/s' },
      budget: { perDay: '2 TB', inAll: '50 TB' }
    })
    assert.equal(sayQos(section), WORDS)
    assert.deepEqual(sectionIn(`qos: ${WORDS}`), section)
    const fields = `
      qos:
        target: 500 kB/s
        floor: { seeders: 2 }
        web: { uplink: 8 MB/s }
        max: 50 MB/s
        budget: { perDay: 2 TB, inAll: 50 TB }`
    assert.deepEqual(sectionIn(fields), section)
  })

  it('F76: who seeds is said in words too; what a webhook’s URL holds is said to nobody', () => {
    const said: [words: string, section: object][] = [
      ['turns on', { turns: true }],
      ['turns on, pool processes', { turns: true, processes: true }],
      ['pool processes', { processes: true }],
      ['pool kubernetes seeders', { pool: { kubernetes: { deployment: 'seeders' } } }],
      ['pool webhook https://x.example', { pool: { webhook: { url: 'https://x.example' } } }]
    ]
    for (const [words, section] of said) {
      const text = `target 1 kB/s, ${words}`
      assert.deepEqual(parseQos(text), { target: '1 kB/s', ...section })
      assert.equal(sayQos(parseQos(text)), text)
    }
    assert.deepEqual(parseQos('floor 1, turns off'), { floor: { seeders: 1 }, turns: false })
    assert.equal(sayQos({ target: '1 kB/s', turns: false }), 'target 1 kB/s')
    const url = 'https://me:word@x.example/path?key=1'
    assert.equal(
      sayQos(parseQos(`floor 1, pool webhook ${url}`)),
      'floor 1, pool webhook https://x.example'
    )
  })

  it('a webhook’s secret is one, as others are', () => {
    const text = `
      qos:
        floor: {}
        pool: { webhook: { url: 'https://x.example', secret: 'env:TEST_SECRET' } }`
    assert.throws(() => sectionIn(text), /pool.webhook.secret: env:TEST_SECRET is not there/)
    process.env['TEST_SECRET'] = 'whsec_MTIz'
    try {
      const { sections, secrets } = parseConfig(text, 'provider.yaml')
      const { pool } = sections['qos'] as QosSection
      assert.equal(pool!.webhook!.secret, 'whsec_MTIz')
      assert.deepEqual(secrets, ['whsec_MTIz'])
    } finally {
      delete process.env['TEST_SECRET']
    }
  })

  const WRONG_WORDS = [
    ...['', 'target', 'target 500', 'target 500kB/s', 'aim 500 kB/s', 'floor two', 'floor 0'],
    ...['web 8 MB/s', 'per day 2 TB', 'target 1 kB/s, target 2 kB/s', 'floor 1, per day 2 TB/s'],
    ...[
      'floor 1, pool',
      'floor 1, pool own',
      'floor 1, pool kubernetes',
      'floor 1, pool webhook x'
    ],
    'floor 1, pool processes, pool kubernetes x',
    ...['floor 1, turns', 'floor 1, turns yes', 'floor 1, turns on, turns off'],
    'floor 1, turns on, pool kubernetes x'
  ]
  for (const text of WRONG_WORDS) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseQos(text), { code: 'bad-option' })
    })
  }

  const WRONG: [text: string, said: RegExp][] = [
    ['qos:\n  targt: 1 kB/s', /:2: qos\.targt: .*did you mean target\?/],
    ['qos:\n  target: 500', /:2: qos\.target: /],
    ['qos:\n  target: 500 kB', /:2: qos\.target: .*does not end in/],
    ['qos:\n  max: 5 MB/s', /:1: qos: say what is promised/],
    ['qos:\n  floor: {}\n  web: { uplink: 1 MB/s }', /:1: qos: web needs a target/],
    [
      'qos:\n  floor: {}\n  processes: true\n  pool: { kubernetes: { deployment: x } }',
      /:1: qos: processes, or a pool/
    ],
    [
      'qos:\n  floor: {}\n  turns: true\n  pool: { kubernetes: { deployment: x } }',
      /:1: qos: turns: of seeders elsewhere/
    ],
    ['qos:\n  floor: {}\n  pool: {}', /:3: qos\.pool: one of webhook and kubernetes/],
    ['qos: soon', /:1: qos: .*begins with none of target, floor, web/]
  ]
  for (const [text, said] of WRONG) {
    it(`names the key and its line: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => sectionIn(text),
        (error: FloodgateError) => {
          assert.equal(error.code, 'bad-option')
          assert.match(error.detail, said)
          return true
        }
      )
    })
  }

  it('F76, F78: every promise is kept, within what may be spent', () => {
    const sample = sampleOf({ leechers: leechersOf(4, { rate: 0 }), copies: 0 })
    const decide = (section: QosSection) => {
      const decision = policyOf(section, { everyMs: 5000, reportMs: 15_000 }).decide(
        sample,
        [],
        undefined
      )
      const frame = { rateMax: 1e9, everyMs: 5000 }
      return budgetOf(section).divide([{ sample, decision }], frame)[0]!
    }
    assert.equal(decide({ target: '500 kB/s' }).rate, 2_100_000)
    const both = decide({ target: '500 kB/s', floor: { seeders: 3 } })
    assert.deepEqual([both.rate, both.seeders], [3_000_000, 3])
    const most = decide({ target: '500 kB/s', max: '1 MB/s' })
    assert.equal(most.rate, 1_000_000)
    assert.match(most.reason, /the uplink is 1 MB\/s/)
    assert.equal(decide({ target: '500 kB/s', budget: { perDay: '5 MB' } }).rate, 1_000_000)
    const web = decide({ target: '500 kB/s', web: { uplink: '4 MB/s' } })
    assert.deepEqual([web.webSeed, web.rate], ['open', 4_000_000])
  })

  const SHARES: [
    webSeed: 'open' | 'throttled' | 'closed',
    seeders: number,
    rate: number,
    said: unknown
  ][] = [
    [
      'open',
      1,
      100,
      [
        ['open', 100],
        [0, 0]
      ]
    ],
    [
      'open',
      1,
      500,
      [
        ['open', 400],
        [1, 100]
      ]
    ],
    [
      'throttled',
      0,
      100,
      [
        ['throttled', 100],
        [0, 0]
      ]
    ],
    [
      'throttled',
      2,
      100,
      [
        ['throttled', 50],
        [2, 50]
      ]
    ],
    [
      'closed',
      2,
      100,
      [
        ['closed', 0],
        [2, 100]
      ]
    ],
    [
      'closed',
      0,
      0,
      [
        ['closed', 0],
        [0, 0]
      ]
    ]
  ]
  it('D1–D4: what is told is what is in force', () => {
    const decision = decisionOf({ webSeed: 'open', seeders: 1, rate: 100 })
    const told = (origin: Parameters<typeof inForce>[1]) => {
      const { webSeed, seeders } = inForce(decision, origin)
      return [webSeed, seeders]
    }
    assert.deepEqual(
      [told('none'), told('open'), told({ uplink: 400 })],
      [
        ['closed', 1],
        ['open', 1],
        ['open', 0]
      ]
    )
  })

  for (const [webSeed, seeders, rate, said] of SHARES) {
    it(`D1–D4: of ${rate} with HTTP ${webSeed} and ${seeders} seeders each has its share`, () => {
      const { web, pool } = shareOut(decisionOf({ webSeed, seeders, rate }), 400)
      assert.deepEqual(
        [
          [web.state, web.rate],
          [pool.seeders, pool.rate]
        ],
        said
      )
    })
  }
})
