// What an attacker says to the provider itself: any body on any route, and claims that no wallet
// would make. Every refusal is told to the bed.

import { decode, possessionProof, type Body, type Message } from '@floodgate/protocol'
import type { Bed } from './bed.ts'
import type { Rogue } from './rogue.ts'

export type ClaimItem = Message<'claim'>['purses'][number]
export type ClaimResult = Message<'claimed'>['results'][number]

/** Posts a message; the answer, or undefined when it was refused. */
export async function post(
  bed: Bed,
  route: string,
  body: Uint8Array
): Promise<Uint8Array | undefined> {
  const response = await fetch(`${bed.provider.url}/floodgate/v1${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: body.slice()
  })
  const answer = new Uint8Array(await response.arrayBuffer())
  if (response.ok) return answer
  bed.saw(codeIn(answer, response.status))
  return undefined
}

function codeIn(answer: Uint8Array, status: number): string {
  try {
    return String((JSON.parse(Buffer.from(answer).toString()) as { error: unknown }).error)
  } catch {
    return `HTTP ${status}`
  }
}

/** Asks the tracker as anybody can; the failure's code, or undefined when it answered. */
export async function askTracker(bed: Bed, path: string): Promise<string | undefined> {
  const response = await fetch(`${bed.provider.url}${path}`)
  const answer = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const code = /14:failure reason\d+:([a-z-]+):/.exec(answer)?.[1]
  if (code !== undefined) bed.saw(code)
  return code
}

/**
 * Claims these purses, whatever they are; answers the results, none when the claim as a whole was
 * refused.
 */
export async function claimRaw(
  rogue: Rogue,
  purses: ClaimItem[],
  session = rogue.wallet.crypto.random(32)
): Promise<ClaimResult[]> {
  const { bed } = rogue
  const answer = await post(bed, '/claims', await rogue.sealed('claim', { purses }, session))
  if (answer === undefined) return []
  const { results } = decode(answer, 'claimed').message
  for (const { code, credited } of results) {
    if (code !== '') bed.saw(code)
    else if (credited === 0n) bed.saw('nothing credited')
  }
  return results
}

/**
 * Complains to the court, of anybody; answers the verdict, undefined when it was not even heard.
 */
export async function complain(
  rogue: Rogue,
  complaint: Body<'complaint'>
): Promise<Message<'verdict'> | undefined> {
  return verdictOf(rogue, '/complaints', await rogue.sealed('complaint', complaint))
}

/** Says to the court that we have the piece of which these are the bytes. */
export async function prove(
  rogue: Rogue,
  { complaint, nonce }: Message<'verdict'>,
  piece: Uint8Array
): Promise<Message<'verdict'> | undefined> {
  const proof = possessionProof(rogue.wallet.crypto, nonce, piece)
  return verdictOf(rogue, '/possessions', await rogue.signed('possession', { complaint, proof }))
}

async function verdictOf(
  { bed }: Rogue,
  route: string,
  body: Uint8Array
): Promise<Message<'verdict'> | undefined> {
  const answer = await post(bed, route, body)
  if (answer === undefined) return undefined
  const { message } = decode(answer, 'verdict')
  bed.saw(`verdict ${message.outcome}`)
  return message
}
