// The table of offences: what each takes as evidence, and the rule. To add one is to add a row. A rule throws
// `bad-evidence` when the frames are not what the row wants, and `no-offence` when they prove nothing.

import { equal } from '../bytes.ts'
import { decode, type Decoded } from '../codec.ts'
import { FloodgateError, type ErrorCode } from '../errors.ts'
import type { Message, MessageName } from '../messages.ts'
import { inRanges } from '../ranges.ts'
import { checkToken } from '../tokens.ts'
import { itemsHash } from '../vouchers.ts'
import type { Evidence, Facts } from './evidence.ts'
import { expectSigned } from './signatures.ts'

type Payment = Message<'payment'>
type Voucher = Message<'voucher'>
type Purse = NonNullable<ReturnType<Facts['purse']>>

interface Offence {
  /** Names of the frames, in order. */
  frames: readonly MessageName[]
  /** Whom a proof convicts, and of what; `challenge` convicts nobody. */
  verdict: 'guilty' | 'challenge'
  code: ErrorCode
  /** One sentence for people. */
  text: string
  /** Throws unless the frames prove it. */
  prove(evidence: Evidence, facts: Facts): Promise<void>
}

export const OFFENCES = {
  'bad-token': {
    frames: ['payment'],
    verdict: 'guilty',
    code: 'bad-token',
    text: 'A signed payment holds a token that is not the purse’s (F61).',
    async prove(evidence, facts) {
      const { payment, purse } = await paymentTo(evidence.accuser, evidence, 0, facts)
      expectProof(payment.items.some((item) => !isToken(facts, purse, item)))
    }
  },
  'double-spend': {
    frames: ['payment', 'payment'],
    verdict: 'guilty',
    code: 'double-spend',
    text: 'Two signed payments promise one token to two sellers (G6).',
    async prove(evidence, facts) {
      const one = await paymentTo(undefined, evidence, 0, facts)
      const two = await paymentTo(undefined, evidence, 1, facts)
      expectProof(!equal(one.voucher.payee, two.voucher.payee))
      // A wrong token is another offence; and whoever sends one promises nothing.
      const promised = ({ payment, purse }: typeof one) =>
        payment.items.some((item) => item.index === evidence.index && isToken(facts, purse, item))
      expectProof(promised(one) && promised(two))
    }
  },
  'bad-delivery': {
    frames: ['delivery'],
    verdict: 'guilty',
    code: 'bad-delivery',
    text: 'A signed delivery names a hash that is not the content’s (F34, F64).',
    async prove(evidence, facts) {
      const { message, bytes } = frameOf(evidence.frames[0]!, 'delivery')
      await expectSigned(facts, bytes, message, evidence.accused)
      expectEvidence(equal(message.payer, evidence.accuser))
      expectEvidence(equal(message.infoHash, evidence.infoHash))
      expectEvidence(equal(message.purse, evidence.purse))
      purseOf({ ...evidence, accused: evidence.accuser }, facts)
      const at = message.indexes.indexOf(evidence.index)
      expectEvidence(at >= 0 && message.hashes.length === 20 * message.indexes.length)
      const hash = facts.pieceHash(evidence.infoHash, evidence.index)
      expectEvidence(hash !== undefined)
      expectProof(!equal(message.hashes.subarray(20 * at, 20 * at + 20), hash))
    }
  },
  unpaid: {
    frames: ['request'],
    verdict: 'challenge',
    code: 'unpaid',
    text: 'A signed request, and the seller says that it was served and not paid (F36, F52).',
    async prove(evidence, facts) {
      const { message, bytes } = frameOf(evidence.frames[0]!, 'request')
      await expectSigned(facts, bytes, message, evidence.accused)
      expectEvidence(equal(message.payee, evidence.accuser))
      expectEvidence(equal(message.infoHash, evidence.infoHash))
      expectEvidence(equal(message.purse, evidence.purse))
      expectEvidence(message.indexes.includes(evidence.index))
      const purse = purseOf(evidence, facts)
      // What the purse does not cover, a free piece among it, is never owed.
      expectEvidence(inRanges(purse.pieces, evidence.index))
    }
  }
} as const satisfies Record<string, Offence>

export type OffenceKind = keyof typeof OFFENCES

export const isOffence = (kind: string): kind is OffenceKind => Object.hasOwn(OFFENCES, kind)

function expectEvidence(holds: boolean): asserts holds {
  if (!holds) throw new FloodgateError('bad-evidence')
}

function expectProof(holds: boolean): void {
  if (!holds) throw new FloodgateError('no-offence')
}

/** The purse of the evidence, if it is the accused's and for this content. */
function purseOf(evidence: Evidence, facts: Facts): Purse {
  const purse = facts.purse(evidence.purse)
  expectEvidence(purse !== undefined && equal(purse.uid, evidence.accused))
  expectEvidence(equal(purse.infoHash, evidence.infoHash) && evidence.index < purse.count)
  return purse
}

/** Token and path against the root that the provider signed: a buyer has both from his seed, and signs both. */
function isToken({ crypto }: Facts, purse: Purse, item: Payment['items'][number]): boolean {
  return checkToken(crypto, purse, item.index, item.token, item.path)
}

function frameOf<N extends MessageName>(frame: Uint8Array, name: N): Decoded<N> {
  try {
    return decode(frame, name)
  } catch (cause) {
    throw new FloodgateError('bad-evidence', String((cause as Error).message))
  }
}

/** The accused's payment: its signature stands under the voucher, which binds the items. */
async function paymentTo(
  payee: Uint8Array | undefined,
  evidence: Evidence,
  at: number,
  facts: Facts
): Promise<{ payment: Payment; voucher: Voucher; purse: Purse }> {
  const { message: payment } = frameOf(evidence.frames[at]!, 'payment')
  const { message: voucher } = frameOf(payment.voucher, 'voucher')
  await expectSigned(facts, payment.voucher, voucher, evidence.accused)
  expectEvidence(payee === undefined || equal(voucher.payee, payee))
  expectEvidence(equal(voucher.purse, evidence.purse))
  expectEvidence(equal(voucher.items, itemsHash(facts.crypto, payment.items)))
  return { payment, voucher, purse: purseOf(evidence, facts) }
}
