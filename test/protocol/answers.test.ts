// The judge of a buyer’s answers to a complaint that he did not pay (G9), and the revocation log.

import assert from 'node:assert/strict'
import {
  emptyBitmap,
  judgeAnswer,
  platformCrypto as crypto,
  withBits,
  type Answer,
  type Message,
  NO_HEAD,
  RevocationLog,
  nextHead,
  type Revocation
} from '@floodgate/protocol'
import {
  COUNT,
  buyer,
  seller,
  other,
  NOBODY,
  facts,
  voucher,
  request,
  receipt,
  evidence
} from './support/quarrel.ts'

describe('the judge of answers', () => {
  const BAD = 'dismissed bad-evidence'
  const VOID = 'void unpaid'
  const FALSE = 'guilty false-complaint'
  type Make = (paid: { bitmap: Uint8Array; frame: Uint8Array }) => Promise<Answer>
  const shown = (bitmap: Uint8Array, ...frames: Uint8Array[]): Answer => ({ bitmap, frames })
  const cases: [why: string, expected: string, make: Make][] = [
    ['a voucher over the piece', VOID, async ({ bitmap, frame }) => shown(bitmap, frame)],
    [
      'G9: and the accuser’s receipt for it',
      FALSE,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(frame))
    ],
    ['nothing', BAD, async ({ bitmap }) => shown(bitmap)],
    [
      'a bitmap that the voucher does not name',
      BAD,
      async ({ frame }) => shown(withBits(emptyBitmap(COUNT), [3, 6]), frame)
    ],
    [
      'I5: a receipt after the complaint',
      VOID,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(frame, { count: 5 }))
    ],
    [
      'I5: a receipt for another voucher',
      VOID,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(Uint8Array.of(1)))
    ],
    [
      'I5: a receipt for another buyer',
      VOID,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(frame, { payer: other.uid }))
    ],
    [
      'I5: a receipt of another seller',
      BAD,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(frame, {}, other))
    ],
    [
      'I5: a receipt of another purse',
      VOID,
      async ({ bitmap, frame }) => shown(bitmap, frame, await receipt(frame, { purse: NOBODY }))
    ]
  ]
  for (const [why, expected, make] of cases) {
    it(`${why}: ${expected}`, async () => {
      const given = evidence('unpaid', [await request()])
      const judged = await judgeAnswer(given, await make(await voucher([1, 3])), facts)
      assert.equal(`${judged.outcome} ${judged.code}`, expected)
      if (judged.outcome === 'guilty') assert.deepEqual(judged.guilty, seller.uid)
    })
  }

  it('I5: a voucher over other pieces, or to another, answers nothing', async () => {
    const given = evidence('unpaid', [await request()])
    for (const paid of [await voucher([1, 2]), await voucher([1, 3], { payee: other })]) {
      const judged = await judgeAnswer(given, shown(paid.bitmap, paid.frame), facts)
      assert.equal(judged.outcome, 'dismissed')
    }
  })
})

describe('the revocation log', () => {
  const entry = (until: number): Revocation => ({
    ...{ uid: seller.uid, reason: 'bad-delivery', evidence: new Uint8Array(32), until }
  })
  const message = (since: number, head: Uint8Array, ...entries: Revocation[]) =>
    ({ since, head, entries, nextUpdate: 0 }) as Message<'revocations'>
  const one = nextHead(crypto, NO_HEAD, entry(100))
  const two = nextHead(crypto, one, entry(0))

  it('takes what leads from its head to the provider’s, and lifts what was lifted', () => {
    const log = new RevocationLog(crypto)
    assert.ok(log.append(message(0, one, entry(100))))
    assert.equal(log.has(seller.uid, 99)?.reason, 'bad-delivery')
    assert.equal(log.has(seller.uid, 100), undefined)
    assert.equal(log.has(buyer.uid, 99), undefined)
    assert.ok(log.append(message(0, two, entry(100), entry(0))), 'known entries are skipped')
    assert.equal(log.has(seller.uid, 99), undefined)
    assert.equal(log.version, 2)
    assert.ok(log.append(message(0, one, entry(100))), 'an old message')
    assert.deepEqual([log.version, log.head], [2, two])
  })

  it('G13: takes no gap, no other history and no changed entry', () => {
    const log = new RevocationLog(crypto)
    assert.ok(!log.append(message(1, two, entry(0))), 'a gap')
    assert.ok(!log.append(message(1, one, entry(100))), 'a gap, though the head would fit')
    assert.ok(!log.append(message(0, two, entry(100))), 'another head')
    assert.ok(!log.append(message(0, one, entry(101))), 'another entry')
    assert.ok(log.append(message(0, one, entry(100))))
    assert.ok(!log.append(message(0, NO_HEAD, entry(101))), 'two histories of one version')
    assert.equal(log.has(seller.uid, 99)?.until, 100)
  })

  it('goes on after a restart, without the entries that are over', () => {
    const log = new RevocationLog(crypto)
    log.append(message(0, one, entry(100)))
    assert.equal(log.toState(99).entries.length, 1)
    const again = new RevocationLog(crypto, log.toState(100))
    assert.equal(again.has(seller.uid, 99), undefined)
    assert.ok(again.append(message(1, two, entry(0))))
  })
})
