// What a buyer checks of a seller's signed delivery: its hashes must be the content's, for else the seller's own signature
// convicts it (F34, F64). Pure.

import { equal, type Message } from '@floodgate/protocol'
import type { Content } from './terms.ts'

type Delivery = Message<'delivery'>

/** The first index whose hash is not the content's; undefined when all are. */
export function falseIndex(content: Content, { indexes, hashes }: Delivery): number | undefined {
  return indexes.find((index, i) => {
    const hash = hashes.subarray(20 * i, 20 * i + 20)
    return index >= content.pieceCount || !equal(hash, content.pieceHash(index))
  })
}

/** Is it for this buyer and content, and true? */
export function isTrueDelivery(content: Content, uid: Uint8Array, delivery: Delivery): boolean {
  return (
    delivery.hashes.length === 20 * delivery.indexes.length &&
    equal(delivery.payer, uid) &&
    equal(delivery.infoHash, content.infoHash) &&
    falseIndex(content, delivery) === undefined
  )
}
