// Which content somebody means: its name, or the beginning of its info hash.

import { FloodgateError } from '@floodgate/protocol'
import { count } from '../units.ts'

interface Named {
  infoHash: string
  name?: string | undefined
}

/** All that may be meant: those of that name, else those whose info hash begins so. Throws `bad-option` for nothing at all. */
export function allMeant<C extends Named>(text: string, contents: readonly C[]): C[] {
  // Of a shell's variable that is not set; every info hash begins with it.
  if (text === '') throw new FloodgateError('bad-option', 'say which content')
  const named = contents.filter(({ name }) => name === text)
  const beginning = text.toLowerCase()
  return named.length > 0
    ? named
    : contents.filter(({ infoHash }) => infoHash.startsWith(beginning))
}

/** The one that is meant. Throws `unknown-content`, which `where` explains, and `bad-option` when several may be. */
export function oneMeant<C extends Named>(text: string, contents: readonly C[], where: string): C {
  const found = allMeant(text, contents)
  const [first, second] = found
  if (first === undefined) throw new FloodgateError('unknown-content', `${text} ${where}`)
  if (second === undefined) return first
  const which = found.map(({ infoHash }) => infoHash).join(', ')
  throw new FloodgateError('bad-option', `${count(found.length, 'content')} are ${text}: ${which}`)
}
