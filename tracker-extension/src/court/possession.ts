// The accuser's proof that it has the piece that it says it delivered: SHA-256 over the court's nonce and the bytes.
// With it the case counts; what it is worth is paid when the buyer accepts, or when his purse closes.

import { FloodgateError, equal, possessionProof, toHex } from '@floodgate/protocol'
import type { Complaint } from '../ledger/index.ts'
import { readSigned } from '../mint/mint.ts'
import { pieceOf, type Court } from './court.ts'
import { signVerdict } from './verdict.ts'

/**
 * Answers a `possession` with the `verdict` as it stands now. Throws `unknown-complaint`, `bad-possession`, `no-source` (we
 * cannot read the piece ourselves), `purse-closed`, `too-many-requests` and what `readSigned` throws.
 */
export async function hearPossession(court: Court, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(court, 'possession', bytes)
  const known = await court.store.complaint(toHex(message.complaint))
  if (known === undefined || known.accuser !== account.uid) {
    throw new FloodgateError('unknown-complaint')
  }
  const isOpen = known.outcome === 'challenge'
  const complaint = isOpen ? await prove(court, known, message.proof) : known
  return signVerdict(court, complaint, bytes)
}

async function prove(court: Court, complaint: Complaint, proof: Uint8Array): Promise<Complaint> {
  const { complaintId, accuser, infoHash, index, nonce } = complaint
  court.strikes.expectFew(accuser, court.now())
  court.quota.take(`${accuser} proofs`, court.now())
  const piece = await pieceOf(court, infoHash, index)
  if (!equal(proof, possessionProof(court.crypto, nonce, piece))) {
    court.strikes.add(accuser, court.now())
    throw new FloodgateError('bad-possession')
  }
  const proved = await court.store.execute({ kind: 'prove', complaintId, now: court.now() })
  return proved.complaint
}
