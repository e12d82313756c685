// A message that was heard, with one field another and a colluder's own signature: what forging comes to without the
// secret of whom one would like to be.

import { HEADER, MESSAGES, decode, type Body, type MessageName } from '@floodgate/protocol'
import type { Chance } from './chance.ts'
import type { Heard } from './loot.ts'
import type { RogueEnd } from './rogue-end.ts'

/** Signed messages of a connection. */
const SIGNED = ['request', 'delivery', 'receipt'] as const
export const REPLACEABLE: ReadonlySet<MessageName> = new Set(SIGNED)

/** `heard` said as our own, one field spoilt; or, with its signature, in another's name. */
export async function forged(end: RogueEnd, heard: Heard, chance: Chance): Promise<Uint8Array> {
  if (chance.happens(0.3)) return spoilt(heard.bytes, chance)
  const name = heard.name as (typeof SIGNED)[number]
  const { message } = decode(heard.bytes, name)
  const body: Record<string, unknown> = { ...message }
  // As ourselves, or in the name of who said it.
  if (chance.happens(0.5)) for (const field of Object.keys(HEADER)) delete body[field]
  const fields = Object.keys(MESSAGES[name].fields)
  const field = chance.pick(fields)
  const changed = { ...body, [field]: otherThan(body[field], chance) }
  return end.sign(name, changed as Body<typeof name>)
}

function spoilt(bytes: Uint8Array, chance: Chance): Uint8Array {
  const copy = bytes.slice()
  copy[chance.below(copy.length)]! ^= 1 << chance.below(8)
  return copy
}

function otherThan(value: unknown, chance: Chance): unknown {
  if (value instanceof Uint8Array) return chance.bytes(value.length)
  if (Array.isArray(value)) return value.map((one: number) => (one + 1) % 8)
  return typeof value === 'number' ? (value + 1) % 4 : value
}
