// What the court is shown must be about the very purse, piece and content of the complaint, item by item; and a fault of
// whoever asks the court is no verdict. Complements judge.test.ts, which goes through the offences.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  concat,
  judge,
  judgeAnswer,
  platformCrypto as crypto,
  possessionProof,
  type Evidence
} from '@floodgate/protocol'
import * as quarrel from './support/quarrel.ts'

const { COUNT, NOBODY, other, facts } = quarrel
const { delivery, evidence, hashOf, item, payment, receipt, request, voucher } = quarrel

const wrong = { ...item(4), token: new Uint8Array(32) }
const strange = crypto.random(20)
const hashes = (...indexes: number[]): Uint8Array => concat(...indexes.map(hashOf))

type Case = [why: string, expected: string, given: Evidence]
const bad = (why: string, given: Evidence): Case => [why, 'dismissed bad-evidence', given]

async function cases(): Promise<Case[]> {
  const [one, asked, handed] = [await payment([3]), await request(), await delivery()]
  const two = await payment([3], { payee: other })
  const mixed = await payment([3, 4], { items: [item(3), wrong] })
  const several = (indexes: number[], given: Uint8Array) => delivery({ indexes, hashes: given })
  return [
    bad('a frame too many', evidence('bad-token', [one, one])),
    bad('a frame of another kind', evidence('unpaid', [handed])),
    bad('no frame', evidence('bad-delivery', [])),
    // Items of a payment
    ['one wrong token among right ones', 'guilty bad-token', evidence('bad-token', [mixed])],
    [
      'one token among others, to two',
      'guilty double-spend',
      evidence('double-spend', [await payment([5, 3]), two])
    ],
    [
      'I5: a promise of another index to the second',
      'dismissed no-offence',
      evidence('double-spend', [two, one], { index: 4 })
    ],
    [
      'I5: of the two promises one is of no token',
      'dismissed no-offence',
      evidence('double-spend', [two, mixed], { index: 4 })
    ],
    // Pieces of a delivery
    bad(
      'I5: a right hash of another piece',
      evidence('bad-delivery', [await several([5], hashes(5))])
    ),
    bad(
      'I5: fewer hashes than pieces',
      evidence('bad-delivery', [await several([3, 5], hashes(3))])
    ),
    bad(
      'I5: more hashes than pieces',
      evidence('bad-delivery', [await several([3], hashes(3, 5))])
    ),
    [
      'I5: the third of three right hashes',
      'dismissed no-offence',
      evidence('bad-delivery', [await several([5, 4, 3], hashes(5, 4, 3))])
    ],
    [
      'the third of three hashes is wrong',
      'guilty bad-delivery',
      evidence('bad-delivery', [await several([5, 4, 3], hashes(5, 4, 9))])
    ],
    // The purse
    bad(
      'I5: a delivery for another purse',
      evidence('bad-delivery', [await delivery({ purse: NOBODY })])
    ),
    bad(
      'I5: a delivery for a purse that the provider never sold',
      evidence('bad-delivery', [await delivery({ purse: NOBODY })], { purse: NOBODY })
    ),
    bad(
      'I5: a delivery for a purse that is not the accuser’s',
      evidence('bad-delivery', [await delivery({ payer: other.uid })], { accuser: other.uid })
    ),
    bad(
      'I5: a purse that the provider never sold',
      evidence('unpaid', [await request({ purse: NOBODY })], { purse: NOBODY })
    ),
    bad(
      'I5: another’s purse',
      evidence('unpaid', [await request({}, other)], { accused: other.uid })
    ),
    bad(
      'I5: a purse for another content',
      evidence('unpaid', [await request({ infoHash: strange })], { infoHash: strange })
    ),
    bad('I5: of a purse for another content, a token', {
      ...evidence('bad-token', [mixed]),
      infoHash: strange
    }),
    bad('I5: a request for another content', evidence('unpaid', [asked], { infoHash: strange })),
    bad(
      'a piece past the last of the purse',
      evidence('unpaid', [await request({ indexes: [COUNT] })], { index: COUNT })
    ),
    [
      'the last piece of the purse',
      'challenge unpaid',
      evidence('unpaid', [await request({ indexes: [COUNT - 1] })], { index: COUNT - 1 })
    ]
  ]
}

describe('the judge and the terms of the purse', () => {
  it('I5: convicts only for what is all about one purse, piece and content', async () => {
    for (const [why, expected, given] of await cases()) {
      const { outcome, code } = await judge(given, facts)
      assert.equal(`${outcome} ${code}`, expected, why)
    }
  })

  it('G9: voids and convicts by answers that are about that purse, and count right', async () => {
    const given = evidence('unpaid', [await request()])
    const rows: [why: string, expected: string, change: object, about: Evidence][] = [
      ['a receipt of the last token it held', 'guilty false-complaint', {}, given],
      ['a voucher that counts more', 'dismissed bad-evidence', { count: 3 }, given],
      ['a voucher that counts less', 'dismissed bad-evidence', { count: 1 }, given],
      [
        'a purse that the provider never sold',
        'dismissed bad-evidence',
        { purse: NOBODY },
        { ...given, purse: NOBODY }
      ]
    ]
    for (const [why, expected, change, about] of rows) {
      const { bitmap, frame } = await voucher([1, 3], { change })
      const acknowledged = await receipt(frame, { count: given.count })
      const answer = { bitmap, frames: [frame, acknowledged] }
      const { outcome, code } = await judgeAnswer(about, answer, facts)
      assert.equal(`${outcome} ${code}`, expected, why)
    }
  })

  it('lets a fault of whoever asks through: it is no verdict', async () => {
    const fault = new Error('the disk is gone')
    const broken = {
      ...facts,
      purse: () => {
        throw fault
      }
    }
    const given = evidence('unpaid', [await request()])
    await assert.rejects(judge(given, broken), fault)
    const { bitmap, frame } = await voucher([3])
    await assert.rejects(judgeAnswer(given, { bitmap, frames: [frame] }, broken), fault)
  })

  it('I5: convicts nobody of a wrong piece whose hash it does not know', async () => {
    const given = evidence('bad-delivery', [await delivery()])
    const { outcome, code } = await judge(given, { ...facts, pieceHash: () => undefined })
    assert.equal(`${outcome} ${code}`, 'dismissed bad-evidence')
  })

  it('a signer without a certified key is nobody', async () => {
    const given = evidence('unpaid', [await request()])
    const { outcome, code } = await judge(given, { ...facts, signKeys: () => [] })
    assert.equal(`${outcome} ${code}`, 'dismissed bad-evidence')
  })

  it('asks for SHA-256 over nonce and piece as proof of possession', () => {
    const [nonce, piece] = [new Uint8Array(32).fill(1), new Uint8Array(9).fill(2)]
    const hash = createHash('sha256').update(nonce).update(piece).digest()
    assert.deepEqual(possessionProof(crypto, nonce, piece), new Uint8Array(hash))
  })
})
