// Whose word a frame is: one of the keys that the provider certified for that uid, named by the frame's own header.

import { equal } from '../bytes.ts'
import { FloodgateError } from '../errors.ts'
import { keyIdOf } from '../identity.ts'
import type { Header } from '../messages.ts'
import { verifySignature } from '../trust.ts'
import type { Facts } from './evidence.ts'

/** Throws `bad-evidence` unless `signer` signed this frame of the evidence, in this provider's network. */
export async function expectSigned(
  facts: Facts,
  frame: Uint8Array,
  header: Header,
  signer: Uint8Array
): Promise<void> {
  const ours = equal(header.provider, facts.provider) && equal(header.signer, signer)
  const key = facts
    .signKeys(signer)
    .find((known) => equal(keyIdOf(facts.crypto, known), header.key))
  if (!ours || key === undefined) throw new FloodgateError('bad-evidence', 'signer')
  try {
    await verifySignature(facts.crypto, frame, key)
  } catch {
    throw new FloodgateError('bad-evidence', 'signature')
  }
}
