// What the court's side of a wallet must know of contents: whoever stores their pieces says it. An interface only.

export interface ContentAtHand {
  /** SHA-1 of piece `index` as the metadata say, 20 bytes. */
  pieceHash(index: number): Uint8Array
  /** Bytes of piece `index`. */
  pieceLength(index: number): number
  /** Is the piece here, verified? */
  has(index: number): boolean
  /** The bytes of a piece that is here. Rejects when the store fails. */
  read(index: number): Promise<Uint8Array>
  /** Takes in a piece that came from the provider; false when it does not fit its hash. */
  give(index: number, bytes: Uint8Array): Promise<boolean>
}

/** The content with this info hash, if it is open now. */
export type ContentsAtHand = (infoHash: Uint8Array) => ContentAtHand | undefined
