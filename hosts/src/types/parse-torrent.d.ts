/** What we call of parse-torrent 11 (it ships no types). */
declare module 'parse-torrent' {
  export interface ParsedTorrent {
    infoHash: string
    name: string
    /** SHA-1 of each piece, hex. */
    pieces: string[]
    /** Bytes. */
    length: number
    announce: string[]
    /** Bytes of a piece. */
    pieceLength: number
    /** `offset` is that of its first byte in the torrent. */
    files: { path: string; length: number; offset: number }[]
  }
  export default function parseTorrent(torrent: Uint8Array): Promise<ParsedTorrent>
  export function toMagnetURI(parsed: Pick<ParsedTorrent, 'infoHash' | 'name' | 'announce'>): string
}
