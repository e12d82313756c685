// Every field of every command at its limits, and one beyond: what the ledger takes is a clean copy of just these fields.
import assert from 'node:assert/strict'
import { amountMax, checkCommand } from '../../../tracker-extension/src/ledger/check.ts'
import { type Command, LedgerError } from '../../../tracker-extension/src/ledger/index.ts'
import { payoutCommandOf } from './payout-script.ts'
import { commandOf, keyFor } from './script.ts'

const pieces = 2 ** 20
const latest = Number.MAX_SAFE_INTEGER
const size = (length: number): Uint8Array => new Uint8Array(length)
const letters = (length: number): string => 'x'.repeat(length)

/** Kinds of field: what fits, and what does not. */
const id = { fits: ['!', '~', letters(128)], not: ['', ' ', 'a b', '\x7f', 'é', letters(129), 7] }
const text = { fits: ['', letters(1024)], not: [letters(1025), '\ud800', 5, undefined] }
const key = { fits: [size(32)], not: [size(31), size(33), letters(32), Array(32).fill(0), null] }
const amount = { fits: [1n, amountMax], not: [0n, -1n, amountMax + 1n, 1, '1', undefined] }
const time = { fits: [1, latest], not: [0, -1, 1.5, latest + 1, NaN, '1', 1n] }
const index = { fits: [0, latest], not: [-1, 0.5, latest + 1, NaN, '1', undefined] }
const count = { fits: [1, pieces], not: [0, pieces + 1, 1.5] }
const flag = { fits: [true, false], not: ['yes', 0, null, undefined] }
const upTo = (max: number, min = 0) => ({
  fits: [size(min), size(max)],
  not: [...(min > 0 ? [size(min - 1)] : []), size(max + 1), letters(min)]
})
const words = (...fits: string[]) => ({ fits, not: ['', `${fits[0]} `, undefined] })
const maybe = ({ fits, not }: { fits: unknown[]; not: unknown[] }) => ({
  fits: [...fits, undefined],
  not: not.filter((value) => value !== undefined)
})

type Limits = { fits: unknown[]; not: unknown[] }
const open = { kind: 'open', uid: 'u', signKey: keyFor('a'), boxKey: keyFor('b'), handle: '' }
const appeal = { kind: 'appeal', uid: 'u', complaintId: 'k', answer: size(1), now: 1 }
const ids = (length: number): string[] => Array<string>(length).fill('k')

const measure = {
  ...{ purseId: 'p', uid: 'u', body: keyFor('m'), missed: '', excuse: '', percent: 0 },
  ...{ paid: 0, now: 1 }
}

/** A command that is fine, and the limits of its fields. */
const table: [command: object, fields: Record<string, Limits>][] = [
  [open, { uid: id, signKey: key, boxKey: key, handle: text }],
  [commandOf('deposit d u 5'), { id, uid: id, amountMinor: amount, reason: text, now: time }],
  [
    commandOf('publish f 1 1'),
    {
      ...{ infoHash: id, pieces: count, priceMinor: amount, currency: id },
      ...{ mode: words('closed', 'open'), title: text, torrent: upTo(16 * 2 ** 20) },
      free: maybe(index),
      since: maybe(index)
    }
  ],
  [
    commandOf('purchase p u f 1'),
    {
      ...{ purchaseId: id, uid: id, infoHash: id, priceMinor: amount, again: maybe(flag) },
      pushed: maybe(flag),
      ...{ now: time, expiresAt: time },
      ranges: { fits: [[], [0], undefined], not: [Array<number>(65).fill(0), {}, '0'] },
      ...{ sealed: maybe(upTo(4096)), certificate: maybe(upTo(4096)) },
      collateralMinor: { fits: [0n, 1n, amountMax, undefined], not: [-1n, amountMax + 1n, 1] }
    }
  ],
  [
    commandOf('redeem c u p 1'),
    {
      ...{ now: time, claims: { fits: [], not: [[], {}, { length: 1 }, undefined] } },
      sellerMillionths: { fits: [0, 1_000_000, undefined], not: [-1, 0.5, 1_000_001, 1n, '1'] }
    }
  ],
  [commandOf('close p'), { purseId: id, now: time }],
  [
    commandOf('cancel p u 1'),
    {
      ...{ purseId: id, uid: id, now: time, earlyAt: time },
      ...{ kept: upTo(pieces / 8, 1), frame: upTo(pieces / 8 + 1024, 1) }
    }
  ],
  [
    commandOf('complain k a b p 0'),
    {
      ...{ complaintId: id, charge: id, accuser: id, accused: id, infoHash: id, purseId: id },
      ...{ index, count: index, outcome: words('challenge', 'guilty', 'dismissed') },
      ...{ code: text, proof: text, nonce: upTo(32), evidence: upTo(128 * 1024), now: time }
    }
  ],
  [commandOf('prove k'), { complaintId: id, now: time }],
  [commandOf('settle k'), { complaintId: id, acceptance: upTo(128 * 1024, 1), now: time }],
  [
    commandOf('answer k void'),
    { complaintId: id, outcome: words('void', 'guilty'), code: text, now: time }
  ],
  [
    commandOf('told u k'),
    {
      ...{ uid: id, answerMs: index, now: time },
      complaintIds: { fits: [[], ids(1000)], not: [ids(1001), 'k', { length: 0 }, undefined] }
    }
  ],
  [commandOf('resend k 2'), { complaintId: id, resendsMax: index }],
  [appeal, { uid: id, complaintId: id, answer: upTo(128 * 1024), now: time }],
  [
    commandOf('revoke 1 u 5'),
    {
      ...{ version: time, uid: id, reason: text, evidence: key, until: index, head: key },
      ...{ pardon: flag, now: time }
    }
  ],
  [
    payoutCommandOf('want u payto://a hold=0'),
    { uid: id, destination: text, holdMs: index, now: time }
  ],
  [
    payoutCommandOf('request o u 5'),
    {
      ...{ payoutId: id, uid: id, amountMinor: amount, rail: id, sink: words('cash', 'store') },
      now: time
    }
  ],
  [
    payoutCommandOf('prepare b o'),
    {
      ...{ batch: id, now: time },
      payoutIds: { fits: [[], ids(10_000)], not: [ids(10_001), 'k', { length: 0 }, undefined] }
    }
  ],
  [payoutCommandOf('submit o r'), { payoutId: id, reference: id, now: time }],
  [
    payoutCommandOf('end o paid'),
    {
      ...{ payoutId: id, outcome: words('paid', 'failed', 'returned'), reason: text, now: time },
      reference: maybe(text)
    }
  ],
  [
    { ...measure, kind: 'measure' },
    {
      ...{ purseId: id, uid: id, body: key, missed: text, excuse: text, percent: index },
      ...{ paid: index, now: time }
    }
  ],
  [
    { kind: 'credit', purseId: 'p', now: 1 },
    { purseId: id, now: time }
  ],
  [
    { kind: 'ownAccount', uid: 'u', now: 1 },
    { uid: id, now: time }
  ],
  [
    { kind: 'withdraw', infoHash: 'f', now: 1 },
    { infoHash: id, now: time }
  ]
]

const aClaim = {
  claimId: 'c',
  payee: 'u',
  purseId: 'p',
  bitmap: size(1),
  voucher: size(1),
  count: 1
}
const claimFields: Record<string, Limits> = {
  ...{ claimId: id, payee: id, purseId: id, count },
  ...{ bitmap: upTo(pieces / 8, 1), voucher: upTo(4096, 1) }
}

const refuses = (command: object, named: string): void => {
  assert.throws(
    () => checkCommand(command as Command),
    (error) =>
      error instanceof LedgerError &&
      error.code === 'bad-command' &&
      error.detail.startsWith(`${named} must be `),
    named
  )
}

describe('ledger limits', () => {
  for (const [command, fields] of table) {
    const { kind } = command as Command
    it(`of ${kind}`, () => {
      for (const [field, { fits, not }] of Object.entries(fields)) {
        for (const value of fits) {
          const clean = checkCommand({ ...(command as Command), [field]: value })
          assert.deepEqual(clean[field as 'kind'], value, field)
        }
        for (const value of not) refuses({ ...command, [field]: value }, field)
      }
      const known = Object.keys(checkCommand(command as Command)).filter((name) => name !== 'kind')
      assert.deepEqual(known.sort(), Object.keys(fields).sort(), 'every field has its limits here')
    })
  }

  it('of a claim, of which there are 1 to 10,000 in a batch', () => {
    const batch = (...claims: unknown[]) => ({
      ...{ kind: 'redeem', claims, now: 1, sellerMillionths: 1_000_000 }
    })
    for (const [field, { fits, not }] of Object.entries(claimFields)) {
      for (const value of fits) {
        const claim = { ...aClaim, [field]: value }
        assert.deepEqual(checkCommand(batch(claim) as Command), batch(claim), field)
      }
      for (const value of not)
        refuses(batch(aClaim, { ...aClaim, [field]: value }), `claims[1].${field}`)
    }
    for (const none of [null, undefined, 5]) refuses(batch(none), 'claims[0].')
    const most = Array(10_000).fill(aClaim)
    assert.ok(checkCommand(batch(...most) as Command))
    refuses(batch(...most, aClaim), 'claims')
    refuses({ ...commandOf('told u k'), complaintIds: ['k', ''] }, 'complaintIds[1]')
  })

  it('take a copy: bytes in buffers of their own, and no field that is not known', () => {
    const pool = new Uint8Array(8192)
    const clean = checkCommand({ ...open, signKey: pool.subarray(5, 37), extra: 1 } as Command)
    assert.ok(clean.kind === 'open' && !('extra' in clean))
    assert.equal(clean.signKey.buffer.byteLength, 32)
    pool.fill(9)
    assert.deepEqual(clean.signKey, size(32))
  })

  it('refuse what is no command, and name the kind', () => {
    for (const kind of [undefined, 'toString', 'opens', 5, ['open']]) refuses({ kind }, 'kind')
    for (const none of [undefined, null, 'open', 5]) refuses(none as unknown as object, 'kind')
  })
})
