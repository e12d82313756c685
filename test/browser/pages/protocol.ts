// The protocol in a page: makes the vectors again, reads them back, and asks the page's crypto for its verdict
// on what is hostile.

import {
  codeOf,
  decode,
  fromHex,
  openSealed,
  platformCrypto as crypto,
  verifySignature,
  type MessageName
} from '@floodgate/protocol'
import { boxVectors, sessionVectors, tokenVectors } from '../../vectors/exchange.ts'
import { messageVectors, refusedVectors } from '../../vectors/messages.ts'
import { pushVectors } from '../../vectors/push.ts'
import { plain } from '../../vectors/seeded.ts'

const VECTORS = {
  messages: messageVectors,
  refused: refusedVectors,
  tokens: tokenVectors,
  session: sessionVectors,
  box: boxVectors,
  push: pushVectors
}

/** Which crypto this page has, and whether its engine is asked for signatures. */
export async function backEnd(): Promise<{ name: string; native: number }> {
  const { subtle } = globalThis.crypto
  const verify = subtle.verify.bind(subtle)
  let native = 0
  subtle.verify = (...given) => {
    native++
    return verify(...given)
  }
  const key = crypto.signKey(new Uint8Array(32))
  await crypto.verify(key.publicKey, new Uint8Array(1), await key.sign(new Uint8Array(1)))
  return { name: crypto.name, native }
}

/** The vectors of that name, made here. */
export function make(name: keyof typeof VECTORS): Promise<unknown> {
  return VECTORS[name]()
}

interface MessageVectors {
  publicKey: string
  messages: { name: MessageName; signed: boolean; bytes: string }[]
}

/** The fields of every message, decoded; throws when a signature of one does not hold. */
export async function read({ publicKey, messages }: MessageVectors): Promise<unknown[]> {
  const fields = []
  for (const { name, signed, bytes } of messages) {
    if (signed) await verifySignature(crypto, fromHex(bytes), fromHex(publicKey))
    fields.push(plain(decode(fromHex(bytes), name).message))
  }
  return fields
}

export function refusal(bytes: string): string {
  try {
    decode(fromHex(bytes))
    return 'fine'
  } catch (error) {
    return codeOf(error)
  }
}

interface SignatureVectors {
  signatures: { key: string; message: string; signature: string }[]
  refusedBoxKeys: string[]
}

/** Which signatures hold, and which keys nobody may agree with. */
export async function judge({ signatures, refusedBoxKeys }: SignatureVectors) {
  const valid = []
  for (const { key, message, signature } of signatures) {
    valid.push(await crypto.verify(fromHex(key), fromHex(message), fromHex(signature)))
  }
  const agreed = refusedBoxKeys.filter((key) => {
    try {
      crypto.agree(new Uint8Array(32).fill(5), fromHex(key))
      return true
    } catch (error) {
      return codeOf(error) !== 'bad-key'
    }
  })
  return { valid, agreed }
}

/** What a sealed box holds, or the code of its refusal. */
export function unseal(secret: string, sealed: string): unknown {
  try {
    return plain(openSealed(crypto, fromHex(secret), fromHex(sealed)))
  } catch (error) {
    return codeOf(error)
  }
}
