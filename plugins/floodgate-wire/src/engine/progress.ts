/** A wire in the order of turns: how fast its peer comes on, whoever serves it, and which pieces of ours it has. */
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import type { Turn, Uplink } from './uplink.ts'

/** Who came a moment ago is no faster than who came this long ago; milliseconds. */
const AGE_MIN_MS = 1000
/** Who wants nothing of us and gets nothing from others rests after so long, and does not fall behind. Milliseconds. */
const REST_MS = 10_000

class Progress {
  readonly #torrent: Torrent
  readonly #wire: Wire
  /** For how long it came on, until the last that we heard of it; both in milliseconds. */
  #ageMs = 0
  #heardAt = performance.now()
  /** Does it want anything of us? */
  #wants: boolean
  /** Pieces it says that it has, and those of them that it had when we met. */
  #has = 0
  #had: number | undefined

  constructor(torrent: Torrent, wire: Wire) {
    this.#torrent = torrent
    this.#wire = wire
    this.#wants = wire.peerInterested
    const recount = (): void => {
      this.#has = 0
      for (let index = 0; index < torrent.pieces.length; index++) {
        if (wire.peerPieces.get(index)) this.#has++
      }
      this.#had ??= this.#has
    }
    wire.on('bitfield', recount)
    wire.on('have-all', recount)
    wire.on('have', () => {
      this.#hear(this.#wants)
      this.#has++
    })
    wire.on('interested', () => this.#hear(true))
    wire.on('uninterested', () => this.#hear(false))
  }

  #hear(wants: boolean): void {
    this.#ageMs = this.#ageNow()
    this.#heardAt = performance.now()
    this.#wants = wants
  }

  #ageNow(): number {
    const silentMs = performance.now() - this.#heardAt
    return this.#ageMs + (this.#wants ? silentMs : Math.min(silentMs, REST_MS))
  }

  /** Bytes per second. What we sent it counts, whatever it says: to hide pieces is no way to the head of the line. */
  pace(): number {
    const got = (this.#has - (this.#had ?? 0)) * this.#torrent.pieceLength
    const seconds = Math.max(AGE_MIN_MS, this.#ageNow()) / 1000
    return Math.max(got, this.#wire.uploaded) / seconds
  }
}

/** The turn of a wire, until it closes. */
export function turnOf(
  torrent: Torrent,
  wire: Wire,
  uplink: Uplink,
  acts: Omit<Turn, 'pace' | 'pieceLength'>
): Turn {
  // Who is served as he asks is not watched.
  const progress = uplink.inTurns ? new Progress(torrent, wire) : undefined
  const pace = (): number => progress?.pace() ?? 0
  const turn = { ...acts, pieceLength: torrent.pieceLength, pace }
  if (progress === undefined) return turn
  wire.on('have', (index) => uplink.came(turn, index))
  wire.once('close', () => uplink.remove(turn))
  return turn
}
