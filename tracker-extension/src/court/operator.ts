// What a person at the provider decides by hand: a case like any other, so that the one it hits is told and may appeal.

import { PROVIDER_UID, toHex } from '@floodgate/protocol'
import type { Court } from './court.ts'
import { punish } from './verdict.ts'

const NONE = new Uint8Array()
/** A case about no purse and no piece. */
const NOTHING = { infoHash: '0'.repeat(40), purseId: '0'.repeat(32), index: 0, count: 0 }

/** Revokes an account for 90 days: its key was stolen, or the signals showed it. Who is revoked stays so. */
export async function revokeByHand(court: Court, uid: string): Promise<void> {
  if ((await court.revocations.of(uid)) !== undefined) return
  const complaintId = toHex(court.crypto.random(32))
  const { complaint } = await court.store.execute({
    ...{ kind: 'complain', complaintId, proof: complaintId, ...NOTHING },
    ...{ charge: 'operator', code: 'operator', outcome: 'guilty' },
    ...{ accuser: toHex(PROVIDER_UID), accused: uid, nonce: NONE, evidence: NONE, now: court.now() }
  })
  await punish(court, complaint)
}
