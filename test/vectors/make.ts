// Writes the fixed vectors in this folder, for implementations in other languages. Every key and secret is
// the SHA-256 of a text, so the same files come out each time:
//   node -C floodgate-source test/vectors/make.ts
// test/protocol/vectors.test.ts compares them with the code. Change a file only with the protocol version.

import { writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { boxVectors, sessionVectors, tokenVectors } from './exchange.ts'
import { messageVectors, refusedVectors } from './messages.ts'
import { pushVectors } from './push.ts'

export const VECTORS = {
  messages: messageVectors,
  refused: refusedVectors,
  tokens: tokenVectors,
  session: sessionVectors,
  box: boxVectors,
  push: pushVectors,
  // Takes a second to make: only for whoever asks.
  signatures: async () => (await import('./signatures.ts')).signatureVectors()
}

/** The text of `<name>.json`. */
export async function textOf(name: keyof typeof VECTORS): Promise<string> {
  return format(JSON.stringify(await VECTORS[name](), undefined, 2), {
    parser: 'json',
    printWidth: 100
  })
}

if (import.meta.main) {
  for (const name of Object.keys(VECTORS) as (keyof typeof VECTORS)[]) {
    writeFileSync(new URL(`${name}.json`, import.meta.url), await textOf(name))
  }
}
