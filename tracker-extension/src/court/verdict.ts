// What the court says of a case, signed. Its session is the hash of the message that it answers.

import { PROVIDER_UID, fromHex } from '@floodgate/protocol'
import type { Complaint, ComplaintSummary } from '../ledger/index.ts'
import type { Court } from './court.ts'
import { BAN_MS } from './revocations.ts'

/** Of a case that was not filed, and needs no proof of possession. */
const NO_NONCE = new Uint8Array(32)

export type Told = Omit<Complaint, 'outcome'> & { outcome: string }

/** The `verdict` on a case as it stands. */
export function signVerdict(court: Court, complaint: Told, asked: Uint8Array): Promise<Uint8Array> {
  const { complaintId, charge, outcome, guilty, code, nonce, index, creditedMinor } = complaint
  const time = court.now()
  return court.issuer.sign(
    'verdict',
    {
      complaint: fromHex(complaintId),
      kind: charge,
      outcome,
      guilty: guilty === '' ? PROVIDER_UID : fromHex(guilty),
      code,
      nonce: nonce.length > 0 ? nonce : NO_NONCE,
      index,
      credited: creditedMinor,
      currency: court.currency
    },
    { session: court.crypto.sha256(asked), time, expiry: time + BAN_MS }
  )
}

/** Voids the certificate of who was convicted, for 90 days from the complaint on; the same again does nothing. */
export async function punish(court: Court, complaint: ComplaintSummary): Promise<void> {
  const { guilty, code, complaintId, at } = complaint
  if (complaint.outcome !== 'guilty') return
  await court.revocations.revoke(guilty, { reason: code, evidence: fromHex(complaintId), at })
}
