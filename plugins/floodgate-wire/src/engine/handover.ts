/** What happens once all blocks of a piece are here: judge its hash, pay, store, announce; the order WebTorrent keeps. */
import type { Torrent } from 'webtorrent'
import type { BoundPiece } from './bound-piece.ts'
import type { Buyer } from './buyer.ts'
import type { TorrentDoors } from './doors.ts'

/** `settled(true)` once the piece is in the store, `settled(false)` as soon as its hash is known to be wrong. */
export function handOver(
  torrent: Torrent & TorrentDoors,
  buyer: Buyer,
  piece: BoundPiece,
  settled: (good: boolean) => void
): void {
  const judge = (hex: string) => {
    if (torrent.destroyed) return
    if (hex !== torrent._hashes[piece.index]) {
      torrent.emit('warning', new Error(`Piece ${piece.index} failed verification`))
      settled(false)
      buyer.buying?.junk(piece.index)
      return
    }
    let ended: (error: Error | null) => void = () => undefined
    const stored = new Promise<void>((resolve, reject) => {
      ended = (error) => (error ? reject(error) : resolve())
    })
    // A store that fails destroys the torrent with its error; nobody has to listen here as well.
    stored.catch(() => undefined)
    buyer.thrive()
    const ready = buyer.buying?.ready?.(piece.index)
    buyer.buying?.got(piece.index, stored)
    const put = (): void =>
      store(torrent, piece, (error) => {
        ended(error)
        if (!error) settled(true)
      })
    if (ready === undefined) put()
    else void ready.then(put)
  }
  const hex = piece.hex()
  if (typeof hex === 'string') judge(hex)
  else void hex.then(judge, (error: Error) => torrent._destroy(error))
}

/** Puts a piece whose hash fits into the store, and announces it. */
export function store(
  torrent: Torrent & TorrentDoors,
  piece: BoundPiece,
  done: (error: Error | null) => void
): void {
  torrent.store.put(piece.index, piece.bytes, (error) => {
    if (torrent.destroyed) return done(error ?? new Error('torrent is destroyed'))
    if (error) {
      torrent._destroy(error)
      return done(error)
    }
    torrent.pieces[piece.index] = null
    torrent._markVerified(piece.index)
    for (const wire of torrent.wires) wire.have(piece.index)
    done(null)
    torrent._checkDone()
  })
}
