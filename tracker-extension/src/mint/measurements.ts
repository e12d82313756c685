// A buyer tells what he measured of what he was promised, once for a purse; the provider holds it against what it knows, and
// a miss is credited without anybody's doing (F78, F79).

import { FloodgateError, countBits, countRanges, toHex, type Message } from '@floodgate/protocol'
import type { Measurement, Purse } from '../ledger/index.ts'
import { bytesOf } from './deliveries.ts'
import { readSigned, type Mint } from './mint.ts'
import { paidAhead } from './paid-ahead.ts'
import { judgePromise, type Finding } from './promise-judge.ts'
import { certificateOf } from './purchase.ts'

/** The buyer keeps the answer. */
const LIFE_MS = 90 * 24 * 3600e3

/**
 * Answers a `measurement` with the signed `measured`. The same again has the same finding, and says how it stands now. Throws
 * `unknown-purse` (or another's), `wrong-purse`, `no-promise`, `contradicted`, `conflict` (another was sent before),
 * `purse-closed`, `revoked` and what `readSigned` throws.
 */
export async function takeMeasurement(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { message, account } = await readSigned(mint, 'measurement', bytes)
  const { uid } = account
  await mint.court.expectAdmitted(uid)
  const purse = await mint.store.purse(toHex(message.purse))
  if (purse === undefined || purse.uid !== uid) throw new FloodgateError('unknown-purse')
  if (toHex(message.infoHash) !== purse.infoHash) throw new FloodgateError('wrong-purse')
  const body = mint.crypto.sha256(bytes)
  const done = await mint.store.measurement(purse.purseId)
  const { missed, excuse, percent } = done ?? (await find(mint, message, purse))
  const { paid } = message
  const { measurement, repeated } = await mint.store.execute({
    ...{ kind: 'measure', purseId: purse.purseId, uid, body, missed, excuse, percent, paid },
    now: mint.now()
  })
  if (!repeated) count(mint, measurement)
  return answer(mint, message, measurement)
}

async function find(mint: Mint, message: Message<'measurement'>, purse: Purse): Promise<Finding> {
  const { infoHash, openedAt: boughtAt, purseId, uid, spent, closedAt } = purse
  const terms = await mint.offers.of(infoHash)
  if (terms?.promise === undefined) throw new FloodgateError('no-promise')
  const { promise, pieceLength } = terms
  if (closedAt !== 0) throw new FloodgateError('purse-closed')
  const now = mint.now()
  const tokens = countRanges(certificateOf(purse).pieces)
  const heard = mint.deliveries.of({ uid, infoHash, purseId, boughtAt, pieceLength, tokens })
  // What the ledger has it knows after a restart too.
  const paid = Math.max(countBits(spent), message.paid)
  const stored = Math.max(0, paid - (await paidAhead(mint, purseId)))
  const paidFor = { time: now, bytes: bytesOf(stored, pieceLength), isAll: false }
  return judgePromise(promise, message, {
    ...{ boughtAt, now, delivered: [...heard, paidFor] },
    spareMs: (from, until) => mint.spareMs(infoHash, from, until)
  })
}

function count(mint: Mint, { purseId, percent, state }: Measurement): void {
  mint.counters.measurements++
  if (percent > 0) mint.counters.misses++
  if (state === 'owed') mint.owedCredits.add(purseId)
}

function answer(
  mint: Mint,
  { purse, ...message }: Message<'measurement'>,
  { missed, excuse, percent, state, creditMinor, body }: Measurement
): Promise<Uint8Array> {
  const time = mint.now()
  return mint.issuer.sign(
    'measured',
    {
      ...{ measurement: body, purse, missed, excuse, credit: percent, state },
      ...{ credited: creditMinor, currency: mint.currency }
    },
    { session: body, time, expiry: Math.max(time, message.time) + LIFE_MS }
  )
}

/** Claims came for these purses: a credit that waited for them is paid. */
export async function creditAfterClaims(mint: Mint, purseIds: readonly string[]): Promise<void> {
  const waiting = purseIds.filter((purseId) => mint.owedCredits.has(purseId))
  await Promise.all(waiting.map((purseId) => credit(mint, purseId)))
}

/** Pays every credit that is owed and can be paid now. */
export async function payOwedCredits(mint: Mint): Promise<void> {
  for (let after = ''; ;) {
    const owed = await mint.store.owedCredits(after)
    if (owed.length === 0) return
    await Promise.all(owed.map((purseId) => credit(mint, purseId)))
    after = owed.at(-1)!
  }
}

async function credit(mint: Mint, purseId: string): Promise<void> {
  const order = { kind: 'credit', purseId, now: mint.now() } as const
  const { measurement } = await mint.store.execute(order)
  if (measurement.state !== 'owed') mint.owedCredits.delete(purseId)
}
