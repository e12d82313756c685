// Gift codes as people type them: 19 digits and a check symbol in Crockford's base 32, in groups of five. 95 random bits
// are beyond guessing, and a slip of the pen is found before anybody is asked. Case, hyphens and spaces say nothing; I and
// L are read as 1, O as 0.

import { toHex, utf8 } from './bytes.ts'
import type { Crypto } from './crypto/interface.ts'

/** No I, L, O and U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** The check symbol is the number modulo 37; the last five symbols are for it alone. */
const SYMBOLS = `${DIGITS}*~$=U`
const LENGTH = 19
const BITS = 95n

/**
 * The code of 12 random bytes; undefined for one whose check symbol a shell or a telephone would mangle: draw again.
 */
export function giftCodeOf(random: Uint8Array): string | undefined {
  let number = 0n
  for (const byte of random.subarray(0, 12)) number = (number << 8n) | BigInt(byte)
  number &= (1n << BITS) - 1n
  const check = SYMBOLS[Number(number % 37n)]!
  if (!/[0-9A-Z]/.test(check)) return undefined
  let text = ''
  for (let i = 0; i < LENGTH; i++) {
    text = `${DIGITS[Number(number & 31n)]}${text}`
    number >>= 5n
  }
  return (text + check).match(/.{5}/g)!.join('-')
}

/** The one spelling of a gift code: 20 symbols without hyphens; undefined for what is none. */
export function readGiftCode(typed: string): string | undefined {
  const bare = typed.toUpperCase().replace(/[\s-]/g, '')
  const digits = bare.slice(0, LENGTH).replace(/[IL]/g, '1').replaceAll('O', '0')
  const check = bare.slice(LENGTH).replace(/[IL]/g, '1').replaceAll('O', '0')
  if (bare.length !== LENGTH + 1 || [...digits].some((digit) => !DIGITS.includes(digit)))
    return undefined
  const number = [...digits].reduce((sum, digit) => sum * 32n + BigInt(DIGITS.indexOf(digit)), 0n)
  return SYMBOLS[Number(number % 37n)] === check ? digits + check : undefined
}

/** The hash under which a provider keeps a code, hex; it keeps no code. `code` as `readGiftCode` gives it. */
export const giftHashOf = (crypto: Pick<Crypto, 'sha256'>, code: string): string =>
  toHex(crypto.sha256(utf8(`floodgate/1/gift ${code}`)))
