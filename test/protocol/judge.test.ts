// The judge: every offence as a table of cases, framing attempts among them. What the court may never do is convict
// somebody by what others can send (I5).

import assert from 'node:assert/strict'
import {
  OFFENCES,
  createSigner,
  encode,
  judge,
  keyIdOf,
  platformCrypto as crypto,
  prepare,
  type Evidence
} from '@floodgate/protocol'
import {
  COUNT,
  provider,
  infoHash,
  purse,
  hashOf,
  on,
  buyer,
  seller,
  other,
  NOBODY,
  facts,
  item,
  voucher,
  payment,
  request,
  delivery,
  evidence
} from './support/quarrel.ts'

async function verdict(given: Evidence): Promise<string> {
  const judged = await judge(given, facts)
  return `${judged.outcome} ${judged.code}`
}

const wrong = item(3, new Uint8Array(32))
const GUILTY = (code: string) => `guilty ${code}`
const BAD = 'dismissed bad-evidence'
const NOTHING = 'dismissed no-offence'

describe('the judge', () => {
  const cases: [why: string, expected: string, make: () => Promise<Evidence>][] = [
    [
      'F61: a wrong token, signed',
      GUILTY('bad-token'),
      async () => evidence('bad-token', [await payment([3], { items: [wrong] })])
    ],
    ['a right token', NOTHING, async () => evidence('bad-token', [await payment([3])])],
    [
      'I5: the accuser changed the token',
      BAD,
      async () =>
        evidence('bad-token', [
          encode('payment', { voucher: (await voucher([3])).frame, items: [wrong] })
        ])
    ],
    [
      'I5: the accuser changed the path',
      BAD,
      async () =>
        evidence('bad-token', [
          encode('payment', {
            voucher: (await voucher([3])).frame,
            items: [{ ...item(3), path: new Uint8Array(32) }]
          })
        ])
    ],
    [
      'I5: a payment to another',
      BAD,
      async () => evidence('bad-token', [await payment([3], { items: [wrong], payee: other })])
    ],
    [
      'I5: signed by the accuser himself',
      BAD,
      async () => evidence('bad-token', [await payment([3], { items: [wrong], by: seller })])
    ],
    [
      'I5: another purse',
      BAD,
      async () =>
        evidence('bad-token', [await payment([3], { items: [wrong], change: { purse: NOBODY } })])
    ],
    [
      'a wrong path is as bad',
      GUILTY('bad-token'),
      async () =>
        evidence('bad-token', [
          await payment([3], { items: [{ ...item(3), path: new Uint8Array(64) }] })
        ])
    ],
    [
      'G6: one token to two',
      GUILTY('double-spend'),
      async () =>
        evidence('double-spend', [await payment([3]), await payment([3, 5], { payee: other })])
    ],
    [
      'I5: two tokens to two',
      NOTHING,
      async () =>
        evidence('double-spend', [await payment([3]), await payment([5], { payee: other })])
    ],
    [
      'I5: twice to the same',
      NOTHING,
      async () => evidence('double-spend', [await payment([3]), await payment([3])])
    ],
    [
      'I5: one payment shown twice',
      NOTHING,
      async () => {
        const one = await payment([3])
        return evidence('double-spend', [one, one])
      }
    ],
    ['one frame too few', BAD, async () => evidence('double-spend', [await payment([3])])],
    [
      'F34: a signed wrong hash',
      GUILTY('bad-delivery'),
      async () => evidence('bad-delivery', [await delivery()])
    ],
    [
      'a signed right hash',
      NOTHING,
      async () => evidence('bad-delivery', [await delivery({ hashes: hashOf(3) })])
    ],
    [
      'I5: a delivery to another',
      BAD,
      async () => evidence('bad-delivery', [await delivery({ payer: other.uid })])
    ],
    [
      'I5: of a purse that is not the accuser’s',
      BAD,
      async () => evidence('bad-delivery', [await delivery({ purse: NOBODY })], { purse: NOBODY })
    ],
    [
      'I5: of another torrent',
      BAD,
      async () => evidence('bad-delivery', [await delivery({ infoHash: crypto.random(20) })])
    ],
    [
      'I5: not its signature',
      BAD,
      async () => evidence('bad-delivery', [await delivery({}, other)])
    ],
    [
      'a piece that is none',
      BAD,
      async () => evidence('bad-delivery', [await delivery({ indexes: [COUNT] })], { index: COUNT })
    ],
    [
      'F52: a signed request',
      'challenge unpaid',
      async () => evidence('unpaid', [await request()])
    ],
    [
      'I5: for another seller',
      BAD,
      async () => evidence('unpaid', [await request({ payee: other.uid })])
    ],
    ['I5: for another piece', BAD, async () => evidence('unpaid', [await request()], { index: 5 })],
    [
      'I5: from another purse',
      BAD,
      async () => evidence('unpaid', [await request()], { purse: NOBODY })
    ],
    ['I5: another’s request', BAD, async () => evidence('unpaid', [await request({}, other)])],
    [
      'I5: against another than its signer',
      BAD,
      async () => evidence('unpaid', [await request()], { accused: other.uid })
    ],
    [
      'against oneself',
      'dismissed same-account',
      async () => evidence('unpaid', [await request({}, seller)], { accused: seller.uid })
    ],
    ['no such offence', BAD, async () => evidence('ugly', [await request()])],
    ['not a message', BAD, async () => evidence('unpaid', [Uint8Array.of(1, 2, 3)])]
  ]
  for (const [why, expected, make] of cases) {
    it(`${why}: ${expected}`, async () => assert.equal(await verdict(await make()), expected))
  }

  it('names the accused as guilty, and never another', async () => {
    const judged = await judge(evidence('bad-delivery', [await delivery()]), facts)
    assert.deepEqual(judged, { outcome: 'guilty', guilty: seller.uid, code: 'bad-delivery' })
    const open = await judge(evidence('unpaid', [await request()]), facts)
    assert.deepEqual(open, { outcome: 'challenge', code: 'unpaid' }, 'a challenge names nobody')
  })

  it('I5: a forged key id or a message of another network convicts nobody', async () => {
    const strange = createSigner(crypto, buyer.key, buyer.uid, crypto.random(32))
    const body = { payee: seller.uid, infoHash, purse, indexes: [3], resend: 0 }
    const foreign = await strange.sign('request', body, on)
    assert.equal(await verdict(evidence('unpaid', [foreign])), BAD)
    const header = { provider, signer: buyer.uid, key: keyIdOf(crypto, other.key.publicKey) }
    const { toSign, seal } = prepare('request', {
      ...{ ...body, ...header, session: new Uint8Array(32), counter: 0 },
      ...on
    })
    const lying = seal(await other.key.sign(toSign))
    assert.equal(await verdict(evidence('unpaid', [lying])), BAD)
  })

  it('I5: no flipped bit of any evidence convicts or survives', async () => {
    const frames: [string, Uint8Array][] = [
      ['bad-delivery', await delivery()],
      ['unpaid', await request()]
    ]
    for (const [kind, frame] of frames) {
      for (let bit = 0; bit < frame.length * 8; bit += 7) {
        const flipped = frame.slice()
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        assert.match(await verdict(evidence(kind, [flipped])), /^dismissed/, `${kind}, bit ${bit}`)
      }
    }
  })

  it('is deterministic, and takes under 5 ms', async () => {
    const given = evidence('double-spend', [
      await payment([3]),
      await payment([3], { payee: other })
    ])
    const times: number[] = []
    for (let i = 0; i < 50; i++) {
      const start = performance.now()
      assert.equal(await verdict(given), GUILTY('double-spend'))
      times.push(performance.now() - start)
    }
    assert.ok(times.sort((a, b) => a - b)[25]! < 5)
  })

  it('has a sentence for every offence', () => {
    for (const { text } of Object.values(OFFENCES)) assert.match(text, /^.{20,}\.$/)
  })
})
