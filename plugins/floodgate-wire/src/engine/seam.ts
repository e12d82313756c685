/**
 * The seam between the engine (moves bytes) and the trade (signatures, payments). Interfaces only; neither side
 * imports the other. Every index that the engine passes to `bind` ends in exactly one of `got`, `junk`, `released`.
 */

/** Why a bound piece was given back. */
export type ReleaseReason = 'choke' | 'close' | 'timeout' | 'refused'

/**
 * What the seller's trade says of a piece: serve blocks, keep the REQUESTs until `admit`, no signed request; or, of a piece
 * that costs nothing, serve this block.
 */
export type Admission = 'admitted' | 'held' | 'refused' | 'free'

/** What the engine asks of the trade on one wire as buyer. */
export interface Buying {
  /** How many more pieces may be bound to this wire now; 0 until the trade is open. */
  room(): number
  /** May piece `index` be bought over this wire (token free, peer not in disgrace)? Cheap: asked once per pick. */
  mayBuy(index: number): boolean
  /**
   * The engine binds these pieces to this wire. Resolves when the signed request is on the wire; only then the
   * native REQUESTs go out. Rejects or resolves false: they are given back (`released`, 'refused').
   * The seller must admit in this order, or requests held for a later piece fill the pipe of an earlier one.
   */
  bind(indexes: number[]): Promise<boolean> | boolean
  /**
   * All bytes are here and the hash fits the metadata: pay. Called before the piece is written to the store;
   * `stored` resolves once it is, and rejects when the store failed (the torrent is then destroyed).
   */
  got(index: number, stored: Promise<void>): void
  /**
   * Resolves when the piece may be stored: after a crash, what is in the store must be known as this seller's. Never
   * rejects; absent: at once.
   */
  ready?(index: number): Promise<void> | undefined
  /** The bytes of a whole piece did not fit the hash. The culprit is this wire's peer (F22). */
  junk(index: number): void
  /**
   * A bound piece was given back. Unless the wire closed or choked, the seller does not know: tell it, or the piece
   * keeps one of its places for unpaid pieces. Blocks that still come are ignored.
   */
  released(index: number, why: ReleaseReason): void
}

/** What the gate asks of the trade on one wire as seller. */
export interface Selling {
  /** Asked for each REQUEST, of `length` bytes, of a piece; see {@link Admission}. */
  admission(index: number, length: number): Admission
  /** `bytes` of piece `index` were handed to the socket (accounted by what was really sent). */
  sent(index: number, bytes: number): void
  /** `bytes` of piece `index` were asked for, and are not sent after all: cancelled, or we choked. */
  unsent(index: number, bytes: number): void
  /**
   * We choked: held requests were forgotten, and the buyer gives back what it bound. Signed requests that come while
   * `isChoking` were sent before the buyer knew, and are void too, or they would keep places that nobody pays for.
   */
  choked(): void
  /** The buyer wants nothing more (BEP 3, not interested): what was begun goes on to its end, all else is void. */
  unwanted(): void
}

/** What the trade asks of the engine on one wire. Until `open` or `free` is called a wire neither buys nor serves. */
export interface WireEngine {
  /** Do we choke? What is asked for then was asked before the buyer knew, and is void. */
  readonly isChoking: boolean
  /** The peer speaks Floodgate and proved its key: trade with it. */
  open(buying: Buying, selling: Selling): void
  /** Serve what is held for `index`. Call it once for every admission, a resend included: blocks are served once each. */
  admit(index: number): void
  /** Reject what is held for `index`. */
  refuse(index: number): void
  /** `room` or `mayBuy` may have changed: pick soon. */
  wake(): void
  /** Disconnect for good: no reconnect, unless the function returned is called one day. */
  drop(): () => void
  /** An open swarm and a peer without the plugin: serve as WebTorrent does, never buy. */
  free(): void
}
