// The judge: evidence and facts in, judgement out. Pure and deterministic, and shipped to both sides, so that a peer knows
// the verdict before it complains. Only signatures convict; where two words stand against each other (`unpaid`) nobody is
// guilty, and the matter is resolved with money and bytes instead (design §5, F57).

import { concat, equal } from '../bytes.ts'
import { countBits, hasBit, isBitmapOf } from '../bitmap.ts'
import { decode, nameOf } from '../codec.ts'
import type { Crypto } from '../crypto/interface.ts'
import { FloodgateError, codeOf } from '../errors.ts'
import { paidHash } from '../vouchers.ts'
import type { Answer, Evidence, Facts, Judgement } from './evidence.ts'
import { OFFENCES, isOffence } from './offences.ts'
import { expectSigned } from './signatures.ts'

/** Judges a complaint. Evidence that proves nothing is dismissed with the reason; it never throws for what it is shown. */
export async function judge(evidence: Evidence, facts: Facts): Promise<Judgement> {
  const { kind, accuser, accused } = evidence
  if (!isOffence(kind)) return dismissed(new FloodgateError('bad-evidence', 'kind'))
  // Payer = payee, and whoever accuses himself, is no case (design §5).
  if (equal(accuser, accused)) return dismissed(new FloodgateError('same-account'))
  const { verdict, code, frames, prove } = OFFENCES[kind]
  const names = evidence.frames.map(nameOf)
  if (names.join() !== frames.join()) return dismissed(new FloodgateError('bad-evidence', 'frames'))
  try {
    await prove(evidence, facts)
  } catch (error) {
    return dismissed(error)
  }
  return verdict === 'guilty'
    ? { outcome: verdict, guilty: accused, code }
    : { outcome: verdict, code }
}

/**
 * Judges the buyer's answer to a complaint that he did not pay. A voucher over the piece, to the accuser, voids it: he
 * paid, or pays with it. If the accuser had also given its receipt for that voucher before it complained, its own
 * signature contradicts the complaint and convicts it. "Before" is counted in tokens, for no clock may convict anybody
 * (F85): the complaint says how many the accuser held, and a receipt for no more than these came earlier.
 */
export async function judgeAnswer(
  evidence: Evidence,
  answer: Answer,
  facts: Facts
): Promise<Judgement> {
  try {
    const voucher = await voucherOver(evidence, answer, facts)
    const receipt = answer.frames[1]
    if (receipt === undefined || !(await contradicts(evidence, voucher, receipt, facts))) {
      return { outcome: 'void', code: 'unpaid' }
    }
  } catch (error) {
    return dismissed(error)
  }
  return { outcome: 'guilty', guilty: evidence.accuser, code: 'false-complaint' }
}

/** The frame of the accused's voucher to the accuser, over a bitmap with the piece. Throws `bad-evidence`. */
async function voucherOver(evidence: Evidence, answer: Answer, facts: Facts): Promise<Uint8Array> {
  const { crypto } = facts
  const frame = answer.frames[0]
  const purse = facts.purse(evidence.purse)
  if (frame === undefined || purse === undefined) throw new FloodgateError('bad-evidence')
  const { message } = decode(frame, 'voucher')
  await expectSigned(facts, frame, message, evidence.accused)
  const fits =
    equal(message.payee, evidence.accuser) &&
    equal(message.purse, evidence.purse) &&
    isBitmapOf(answer.bitmap, purse.count) &&
    countBits(answer.bitmap) === message.count &&
    equal(message.paid, paidHash(crypto, answer.bitmap)) &&
    hasBit(answer.bitmap, evidence.index)
  if (!fits) throw new FloodgateError('bad-evidence', 'voucher')
  return frame
}

/** Had the accuser acknowledged this voucher when it complained? A receipt that is not its own proves nothing. */
async function contradicts(
  evidence: Evidence,
  voucher: Uint8Array,
  frame: Uint8Array,
  facts: Facts
): Promise<boolean> {
  const { message } = decode(frame, 'receipt')
  await expectSigned(facts, frame, message, evidence.accuser)
  return (
    equal(message.payer, evidence.accused) &&
    equal(message.purse, evidence.purse) &&
    equal(message.voucher, facts.crypto.sha256(voucher)) &&
    message.count <= evidence.count
  )
}

function dismissed(error: unknown): Judgement {
  const code = codeOf(error)
  if (code === 'internal') throw error
  return { outcome: 'dismissed', code }
}

/** What proves that somebody has a piece: SHA-256 over the court's nonce and the piece's bytes. */
export const possessionProof = (crypto: Crypto, nonce: Uint8Array, piece: Uint8Array): Uint8Array =>
  crypto.sha256(concat(nonce, piece))
