// What the court's matters need of one torrent that trades.

import { equal, toHex } from '@floodgate/protocol'
import type { Seat } from './clerk.ts'
import type { TorrentEngine } from './engine/index.ts'
import type { Links } from './links.ts'
import type { Market } from './trade/terms.ts'

export function seatOf(
  { content, emit, selling, wallet }: Market,
  { read, give }: TorrentEngine,
  links: Links
): Seat {
  return {
    ...content,
    ...{ read, give },
    debtFell: (uid) => {
      for (const one of selling) one.debtFell(uid)
    },
    accepted: (uid) => {
      for (const { conversation } of links.all()) {
        if (conversation?.uid && equal(conversation.uid, uid)) conversation.showAgain()
      }
    },
    dropRevoked: () => {
      for (const { uid, reason } of links.dropWhere(wallet.court.revocations)) {
        emit('revoked', { uid: toHex(uid), reason })
      }
    }
  }
}
