/**
 * @packageDocumentation
 * Floodgate for WebTorrent: pay the peers you download from, and be paid by those who download from you.
 *
 * ```ts
 * import WebTorrent from 'webtorrent'
 * import { floodgate } from '@floodgate/wire'
 * import { Wallet, fileStorage } from '@floodgate/wallet/file'
 *
 * const wallet = await Wallet.open({ storage: fileStorage('wallet.json'), passphrase: '…' })
 * const client = new WebTorrent()
 * floodgate(client, { wallet }).on('paid', ({ uid, indexes }) => console.log(uid, indexes))
 * client.add('film.torrent')
 * ```
 */

export { Clerk, type Seat } from './clerk.ts'
export { guardMetadata, guardTorrent, guardWire, type GuardLimits } from './engine/index.ts'
export type { Buying, Selling, WireEngine } from './engine/index.ts'
export { FloodgateTarget, type FloodgateEvents } from './events.ts'
export { EXTENSION_NAME, wtFloodgate, type WireUser } from './extension.ts'
export { Floodgate, floodgate, type FloodgateOptions } from './floodgate.ts'
export { Conversation } from './trade/conversation.ts'
export { Grace } from './trade/grace.ts'
export { Samples } from './trade/samples.ts'
export {
  DEFAULT_TERMS,
  type Clock,
  type Content,
  type Market,
  type Terms,
  type TradeEvents
} from './trade/terms.ts'
