// Who may join a swarm, and what an announce buys (F26, F27). Cheap refusals come before the signature check, the
// signature before the store's money.

import {
  FloodgateError,
  WANT,
  decode,
  equal,
  fromHex,
  toHex,
  utf8,
  verifySignature,
  type FloodgateError as Refusal
} from '@floodgate/protocol'
import type { AnnounceAsk, AnnounceVerdict } from '../attach/index.ts'
import { hostOf } from '../guard/address.ts'
import { membersMaxOf } from '../court/swarm-limit.ts'
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
    if (terms.isWithdrawn) throw new FloodgateError('withdrawn')
    if (terms.mode !== 'open') throw new FloodgateError('unsigned')
    note(mint, ask)
    return { admit: true, membersMax: membersMaxFor(mint, terms) }
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
  const membersMax = membersMaxFor(mint, terms, toHex(message.signer))
  expectRoom(ask, membersMax)
  const trial = mint.doorkeeper.expectProof(hostOf(ask.address), toHex(message.signer))
  const account = await accountOf(mint, message.signer)
  await mint.court.expectAdmitted(account.uid)
  await verifySignature(mint.crypto, bytes, account.signKey)
  const session = `${account.uid} ${ask.infoHash} ${Buffer.from(message.session).toString('hex')}`
  mint.freshness.take(session, message, mint.now())
  trial.proven()
  mint.doorkeeper.expect('announces', account.uid)
  const isLeaving = ask.event === 'stopped'
  if (membersMax !== undefined && !isLeaving) takePlace(mint, ask, account.uid)
  const sold =
    message.want !== WANT.nothing && !isLeaving
      ? await sellPurse(mint, message, account, terms)
      : undefined
  const signed = { message, bytes, infoHash: ask.infoHash }
  const viewKey = mint.issuer.viewKeyOf(message.signer, message.infoHash)
  const word = await mint.court.word(account.uid, { since: message.revoked, isLeaving })
  const envelope = await signPeerList(mint, signed, ask.members(viewKey), { sold, ...word })
  mint.counters.announces++
  await noteLeft(mint, ask, account.uid)
  note(mint, ask, account.uid)
  return {
    ...{ admit: true, envelope, viewKey, membersMax },
    hidePeers: ask.transport === 'http',
    intervalSeconds: mint.intervalSeconds
  }
}

/** Of the provider's own seeders it is told by themselves. */
function note(mint: Mint, { infoHash, peerId, event, left }: AnnounceAsk, uid?: string): void {
  if (uid !== undefined && mint.ownSeeders.has(uid)) return
  const isLeaving = event === 'stopped'
  const said = { infoHash, left, isLeaving, time: mint.now() }
  if (uid === undefined) mint.onAnnounce?.({ ...said, peer: peerId })
  else mint.onAnnounce?.({ ...said, peer: `${uid} ${peerId}`, again: mint.intervalSeconds })
}

/** What was promised is judged by it. */
async function noteLeft(mint: Mint, ask: AnnounceAsk, uid: string): Promise<void> {
  const { infoHash, peerId: client, left } = ask
  if ((await mint.offers.of(infoHash))?.promise === undefined) return
  mint.deliveries.announced({ uid, infoHash, client, left, time: mint.now() })
}

/** How many members a swarm may have for this account to join it (F55); undefined for as many as the tracker takes. */
function membersMaxFor(
  { swarmLimit: { mode, unpaidMax }, ownSeeders }: Mint,
  { pieces }: Terms,
  uid = ''
): number | undefined {
  if (ownSeeders.has(uid)) return Infinity
  return mode === 'cap' ? membersMaxOf(pieces, unpaidMax) : undefined
}

/** A place in a capped swarm is kept as long as its member goes on announcing. Throws `too-many-requests`. */
function takePlace(mint: Mint, ask: AnnounceAsk, uid: string): void {
  if (mint.ownSeeders.has(uid)) return
  const now = mint.now()
  const until = now + 3 * mint.intervalSeconds * 1000
  const place = `${ask.address} ${ask.port} ${ask.peerId}`
  if (mint.places.take(`${uid} ${ask.infoHash}`, place, until, now)) return
  throw new FloodgateError('too-many-requests', 'places in this swarm')
}

/** Throws `swarm-full`, before any work is done or money moves. The guard asks once more as it joins. */
function expectRoom(ask: AnnounceAsk, membersMax = Infinity): void {
  const { complete, incomplete } = ask.counts()
  const isNew = !ask.isMember && ask.event !== 'stopped'
  if (isNew && complete + incomplete >= membersMax) throw new FloodgateError('swarm-full')
}
