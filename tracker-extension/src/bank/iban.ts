// Check digits as banks make them (ISO 7064, MOD 97-10), and account numbers. Pure.

/** The number that letters and digits stand for, A as 10, modulo 97. */
export function mod97(text: string): number {
  let rest = 0
  for (const char of text) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** Do the check digits fit, in the third and fourth place? */
export const hasCheck = (text: string): boolean => mod97(text.slice(4) + text.slice(0, 4)) === 1

/** Without spaces, in capitals. Lengths differ by country, 15 to 34. */
export const IBAN = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/

export const isIban = (text: string): boolean => IBAN.test(text) && hasCheck(text)
