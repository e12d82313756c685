// What the mint asks of the court: whether an account may announce, what its announce is told, and what to do when the
// ledger met a token in two claims.

import { FloodgateError, concat, fromHex, toHex, utf8 } from '@floodgate/protocol'
import type { Offence } from '../ledger/index.ts'
import type { CourtDoor } from '../mint/mint.ts'
import type { Court } from './court.ts'
import { tell } from './notices.ts'
import { punish } from './verdict.ts'

const NONE = new Uint8Array()
const DOUBLE_SPEND = utf8('floodgate/1/double spend\0')

export function courtDoor(court: Court): CourtDoor {
  return {
    async expectAdmitted(uid) {
      const entry = await court.revocations.of(uid)
      if (entry !== undefined) throw new FloodgateError('revoked', entry.reason)
    },
    async word(uid, { since, isLeaving }) {
      const [version, notices] = await Promise.all([
        court.revocations.version(),
        // Who is leaving has no time to answer.
        isLeaving ? 0 : tell(court, uid)
      ])
      // Who is ahead of us has another provider's log, or one of before a restore; it will ask and be told.
      const revocations = since < version ? await court.revocations.message(since) : NONE
      return { revocations, notices }
    },
    async doubleSpent(purseId) {
      for (const offence of await court.store.offences(purseId)) await convict(court, offence)
    }
  }
}

/**
 * Both vouchers are the buyer's, and each is bound to its bitmap: they convict him whoever brought them. So do his
 * cancellation, which stands as a promise to himself, and a voucher over what he gave back.
 */
export async function convict(court: Court, offence: Offence): Promise<void> {
  const { purseId, buyer, first, second, indexes, firstVoucher, secondVoucher } = offence
  const { store, crypto, now } = court
  const id = crypto.sha256(concat(DOUBLE_SPEND, fromHex(purseId), fromHex(first), fromHex(second)))
  const purse = await store.purse(purseId)
  if (purse === undefined) throw new FloodgateError('internal', 'an offence without a purse')
  const code = first === buyer ? 'given-back' : 'double-spend'
  const { complaint } = await store.execute({
    kind: 'complain',
    complaintId: toHex(id),
    proof: toHex(id),
    charge: code,
    accuser: second,
    accused: buyer,
    infoHash: purse.infoHash,
    purseId,
    index: indexes[0] ?? 0,
    count: indexes.length,
    outcome: 'guilty',
    code,
    nonce: NONE,
    evidence: concat(firstVoucher, secondVoucher),
    now: now()
  })
  await punish(court, complaint)
}
