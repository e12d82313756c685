// Who may join a swarm, and what an announce buys (F26, F27). Cheap refusals come before the signature check, the
// signature before the store's money.

import {
  FloodgateError,
  decode,
  equal,
  fromHex,
  utf8,
  verifySignature,
  type FloodgateError as Refusal
} from '@floodgate/protocol'
import type { AnnounceAsk, AnnounceVerdict } from '../attach/index.ts'
import type { Terms } from './catalog.ts'
import { countRefusal } from './counters.ts'
import { accountOf, expectFresh, expectOurs, type Mint } from './mint.ts'
import { signPeerList } from './peer-list.ts'
import { sellPurse } from './purchase.ts'
import { refusalOf } from './refusals.ts'

/**
 * Judges one announce. It never throws: whatever goes wrong is a verdict with a code of the error table, and what is our
 * own fault goes to `onError`.
 */
export async function judgeAnnounce(
  mint: Mint,
  ask: AnnounceAsk,
  onError: (error: unknown) => void
): Promise<AnnounceVerdict> {
  try {
    const terms = await mint.catalog.terms(ask.infoHash)
    if (terms === undefined) throw new FloodgateError('unknown-content')
    if (ask.envelope !== undefined) return await answerSigned(mint, ask, ask.envelope, terms)
    if (terms.mode === 'open') return { admit: true }
    throw new FloodgateError('unsigned')
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') onError(error)
    countRefusal(mint.counters, refusal.code)
    return refuse(mint, refusal)
  }
}

function refuse(mint: Mint, { code, message }: Refusal): AnnounceVerdict {
  const verdict = { admit: false, code, reason: message } as const
  // Who has the wrong time must learn the right one; Unix milliseconds as decimal text.
  const tellsTime = code === 'clock' || code === 'replayed'
  return tellsTime ? { ...verdict, envelope: utf8(String(mint.now())) } : verdict
}

async function answerSigned(
  mint: Mint,
  ask: AnnounceAsk,
  bytes: Uint8Array,
  terms: Terms
): Promise<AnnounceVerdict> {
  const { message } = decode(bytes, 'announce')
  expectOurs(mint, message)
  if (!equal(message.infoHash, fromHex(ask.infoHash))) {
    throw new FloodgateError('bad-request', 'signed for another info hash')
  }
  expectFresh(mint, message)
  const account = await accountOf(mint, message.signer)
  await verifySignature(mint.crypto, bytes, account.signKey)
  const session = `${account.uid} ${ask.infoHash} ${Buffer.from(message.session).toString('hex')}`
  mint.freshness.take(session, message, mint.now())
  const isLeaving = ask.event === 'stopped'
  const sold =
    message.want === 1 && !isLeaving ? await sellPurse(mint, message, account, terms) : undefined
  const signed = { message, bytes, infoHash: ask.infoHash }
  const envelope = await signPeerList(mint, signed, ask.members(), sold)
  mint.counters.announces++
  return {
    admit: true,
    envelope,
    hidePeers: ask.transport === 'http',
    intervalSeconds: mint.intervalSeconds
  }
}
