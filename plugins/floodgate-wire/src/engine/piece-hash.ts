/** What both implementations of `#hash` give: the SHA-1 of bytes that fill up from the front. */
export interface PieceHash {
  /** Bytes before `end` are final and may be hashed now. */
  upTo(end: number): void
  /** Hex digest of all bytes; asynchronous only where the platform's hash is. */
  hex(): string | Promise<string>
}
