// What an entry of a bank's statement says in one word. A word that is none of the standard's is damage: nobody guesses.

import type { Element } from './xml.ts'

/** `BOOK`, or that it is not booked: `PDNG`, `INFO`, `FUTR`. Version 02 writes it bare, 08 as a code. Throws `bad-statement`. */
export function statusOf(entry: Element): string {
  const status = entry.text('Sts', 'Cd') || entry.text('Sts')
  if (!/^(BOOK|PDNG|INFO|FUTR)$/.test(status)) entry.refuse(`status ${status}`)
  return status
}

/** Is it `yes`? Throws `bad-statement` for what is neither. */
export function flagOf(element: Element, name: string, no: string, yes: string): boolean {
  const text = element.text(name)
  if (text !== no && text !== yes) element.refuse(`${name} ${text}`)
  return text === yes
}
