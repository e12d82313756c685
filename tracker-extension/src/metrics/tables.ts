// What is counted while the provider works, as metrics: a row each.

import type { TrackerCounters } from '../guard/counters.ts'
import type { MintCounters } from '../mint/counters.ts'

/** Bounds of what takes time: from what memory answers at once to what makes a load balancer give up. */
export const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

interface Counted {
  tracker: Readonly<TrackerCounters>
  mint: Readonly<MintCounters>
}

interface Row {
  name: string
  help: string
  of: (counted: Counted) => number
}

const row = (name: string, help: string, of: Row['of']): Row => ({
  ...{ name: `floodgate_${name}_total`, help, of }
})

export const COUNTERS: readonly Row[] = [
  row('announces', 'Signed announces that got a peer list.', ({ mint }) => mint.announces),
  row('purchases', 'Purses sold.', ({ mint }) => mint.purchases),
  row('claims', 'Claims that were redeemed.', ({ mint }) => mint.claims),
  row('tokens_redeemed', 'Tokens that claims brought to sellers.', ({ mint }) => mint.tokens),
  row('registrations', 'Certificates issued.', ({ mint }) => mint.registrations),
  row('deposits', 'Deposits booked.', ({ mint }) => mint.deposits),
  row('hash_lists', 'Lists of token hashes given to sellers.', ({ mint }) => mint.hashLists),
  row('contents_published', 'Torrent files published.', ({ mint }) => mint.contents),
  row('purses_settled', 'Purses settled after they expired.', ({ mint }) => mint.closed),
  row('origin_pieces_sold', 'Pieces sold by HTTP.', ({ mint }) => mint.originPieces),
  row('origin_bytes', 'Bytes of contents sent by HTTP.', ({ mint }) => mint.originBytes),
  row('keys_sold', 'Keys of sealed contents sold.', ({ mint }) => mint.keys),
  row('promises_measured', 'Promises that buyers measured.', ({ mint }) => mint.measurements),
  row('promises_missed', 'Promises missed, and credited.', ({ mint }) => mint.misses),
  row('messages_refused', 'Messages that were refused.', ({ tracker }) => tracker.refused),
  row(
    'messages_contained',
    'Messages that ended in an exception.',
    ({ tracker }) => tracker.contained
  )
]

/** Kinds of messages to the tracker, by the name of their counter. */
export const MESSAGE_KINDS: readonly [kind: string, field: keyof TrackerCounters][] = [
  ['announce', 'announces'],
  ['answer', 'answers'],
  ['scrape', 'scrapes'],
  ['connect', 'connects'],
  ['api', 'apiRequests'],
  ['stats', 'stats'],
  ['unreadable', 'unreadable'],
  ['over_rate', 'overRate']
]
