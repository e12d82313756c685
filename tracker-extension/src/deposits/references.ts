// Payment references (ISO 11649, the "creditor reference"): one for each account, so that a line of a bank statement finds
// it. Check digits as in IBANs (ISO 7064, MOD 97-10). Pure.

import { concat, utf8, type Crypto } from '@floodgate/protocol'
import { hasCheck, mod97 } from '../bank/iban.ts'

/** Letters and digits that no two hands write alike are left out, as in gift codes. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 80 bits: no two accounts share one by chance, and it is still typed by hand. ISO 11649 allows 21. */
const BODY_LENGTH = 16
const LABEL = utf8('floodgate/1/reference')

/** The reference of an account: `RF`, two check digits, and 16 characters that follow from its uid (16 bytes). */
export function referenceOf(crypto: Crypto, uid: Uint8Array): string {
  const digest = crypto.sha256(concat(LABEL, uid))
  const body = Array.from(digest.subarray(0, BODY_LENGTH), (byte) => DIGITS[byte & 31]).join('')
  return `RF${String(98 - mod97(`${body}RF00`)).padStart(2, '0')}${body}`
}

/** As it is printed: groups of four. */
export const printed = (reference: string): string => reference.match(/.{1,4}/g)!.join(' ')

/**
 * The references of our form in what a payer wrote, whatever spaces, hyphens and line breaks he or his bank put in; those
 * whose check digits do not fit are no references.
 */
export function findReferences(text: string): string[] {
  const bare = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const found = new Set<string>()
  for (let at = bare.indexOf('RF'); at >= 0; at = bare.indexOf('RF', at + 1)) {
    const reference = bare.slice(at, at + 4 + BODY_LENGTH)
    const isOurs = /^RF\d{2}[0-9A-Z]{16}$/.test(reference)
    if (isOurs && hasCheck(reference)) found.add(reference)
  }
  return [...found]
}
