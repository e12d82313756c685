// The ut_metadata extension (BEP 9) of a rogue: it offers metadata, whatever they are of.

import { concat, utf8 } from '@floodgate/protocol'
import type Wire from 'bittorrent-protocol'
import type { ExtensionClass } from 'bittorrent-protocol'

const PIECE = 16_384
const NAME = 'ut_metadata'

/** The info dictionary in a torrent file that create-torrent made: its last key. */
export function metadataOf(torrent: Uint8Array): Uint8Array {
  const start = Buffer.from(torrent).indexOf('4:info') + 6
  return torrent.slice(start, -1)
}

/** An extension that sends `metadata` to whoever asks; `sent` resolves when all of it is out. */
export function metadataSeller(metadata: Uint8Array): {
  extension: ExtensionClass
  sent: Promise<void>
} {
  let done: () => void = () => undefined
  const sent = new Promise<void>((resolve) => (done = resolve))
  const extension = class {
    readonly #wire: Wire

    constructor(wire: Wire) {
      this.#wire = wire
    }

    get name(): string {
      return NAME
    }

    onMessage(message: Uint8Array): void {
      const asked = /5:piecei(\d+)e/.exec(Buffer.from(message).toString('latin1'))
      const piece = Number(asked?.[1] ?? 0)
      const head = `d8:msg_typei1e5:piecei${piece}e10:total_sizei${metadata.length}ee`
      const part = metadata.subarray(piece * PIECE, (piece + 1) * PIECE)
      this.#wire.extended(NAME, concat(utf8(head), part))
      if ((piece + 1) * PIECE >= metadata.length) done()
    }
  }
  return { extension, sent }
}
