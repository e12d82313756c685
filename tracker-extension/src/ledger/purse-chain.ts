// The purses of one buyer for one content that are not closed: a chain through the rows, newest first. It is walked at
// each purchase, so it has a greatest length, and a closed purse leaves it. Pure rules.
import { isCovered, overlap, rangesOf } from './coverage.ts'
import { LedgerError } from './errors.ts'
import { type LedgerView, type PurseRow, keyOf } from './rows.ts'

/** Purses that a buyer may have open for one content. */
const openMax = 32

type Found = [purseId: string, purse: PurseRow]

function* openPurses(view: LedgerView, uid: string, infoHash: string): Generator<Found> {
  let purseId = view.get('open', keyOf(uid, infoHash))?.purseId
  while (purseId) {
    const purse: PurseRow | undefined = view.get('purse', purseId)
    if (!purse) return
    yield [purseId, purse]
    purseId = purse.older
  }
}

/** What a purse must be to answer a purchase: it is in force, and covers some of what is wanted. */
export interface Wanted {
  ranges: readonly number[]
  now: number
}

/** The newest purse of this buyer that answers the purchase; undefined if there is none. */
export function purseFor(
  view: LedgerView,
  uid: string,
  infoHash: string,
  { ranges, now }: Wanted
): Found | undefined {
  for (const found of openPurses(view, uid, infoHash)) {
    const [, purse] = found
    const inForce = purse.closedAt === 0 && purse.cancelledAt === 0 && purse.expiresAt > now
    if (inForce && overlap(rangesOf(purse), ranges)) return found
  }
  return undefined
}

/** Puts a new purse in front. Throws `too-many-purses`. */
export function link(view: LedgerView, purseId: string, purse: Omit<PurseRow, 'older'>): void {
  const { uid, infoHash } = purse
  if ([...openPurses(view, uid, infoHash)].length >= openMax) {
    throw new LedgerError('too-many-purses', infoHash)
  }
  const openKey = keyOf(uid, infoHash)
  view.put('purse', purseId, { ...purse, older: view.get('open', openKey)?.purseId ?? '' })
  view.put('open', openKey, { purseId })
}

/** Takes a purse that was closed out of the chain. */
export function unlink(view: LedgerView, closed: string, { uid, infoHash, older }: PurseRow): void {
  const openKey = keyOf(uid, infoHash)
  if (view.get('open', openKey)?.purseId === closed) {
    if (older) view.put('open', openKey, { purseId: older })
    else view.remove('open', openKey)
    return
  }
  for (const [purseId, purse] of openPurses(view, uid, infoHash)) {
    if (purse.older === closed) view.put('purse', purseId, { ...purse, older })
  }
}

/** May token `index` be paid from the escrow of this purse: covered, and not given back? */
export function isInEscrow(purse: PurseRow, index: number): boolean {
  const isReleased = (purse.released[index >> 3] ?? 0) & (0x80 >> (index & 7))
  return isCovered(rangesOf(purse), index) && !isReleased
}
