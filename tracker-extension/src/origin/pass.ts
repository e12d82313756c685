// A pass: who shows it is the buyer of a purse. It stands in the URL, so that any client of BEP 19 can use it, and is
// short-lived. Which pieces it is good for, the ledger says. Nothing is stored: every process of the provider reads it.

import { concat, equal, fromBase64url, fromHex, toBase64url, toHex, u64 } from '@floodgate/protocol'
import type { Issuer } from '../mint/issuer.ts'

const PURSE_LENGTH = 16
const TIME_LENGTH = 8

/** For which content, paid out of which purse, until when: ids in hex, Unix milliseconds. */
export interface PassTerms {
  infoHash: string
  purseId: string
  expires: number
}

const termsOf = ({ infoHash, purseId, expires }: PassTerms): Uint8Array =>
  concat(fromHex(purseId), u64(expires), fromHex(infoHash))

/** purse ‖ expiry in 8 bytes, big endian ‖ tag, in base64url. */
export function makePass(issuer: Issuer, terms: PassTerms): string {
  const { purseId, expires } = terms
  return toBase64url(concat(fromHex(purseId), u64(expires), issuer.passTagOf(termsOf(terms))))
}

/** The purse in hex; undefined when it is none of ours, is for another content, or its time is over. */
export function readPass(
  issuer: Issuer,
  { infoHash, pass }: { infoHash: string; pass: string },
  now: number
): string | undefined {
  const bytes = fromBase64url(pass)
  if (bytes === undefined || bytes.length < PURSE_LENGTH + TIME_LENGTH) return undefined
  const purseId = toHex(bytes.subarray(0, PURSE_LENGTH))
  const tag = bytes.subarray(PURSE_LENGTH + TIME_LENGTH)
  const expires = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(PURSE_LENGTH))
  if (!Number.isSafeInteger(expires)) return undefined
  const isOurs = equal(tag, issuer.passTagOf(termsOf({ infoHash, purseId, expires })))
  return isOurs && now < expires ? purseId : undefined
}
