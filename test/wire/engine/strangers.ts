/** What strangers send: a bare socket that speaks the handshake and then whatever bytes a test wants. */
import net from 'node:net'
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import { framesOf } from '../../../plugins/floodgate-wire/src/engine/frames.ts'
import type { Member } from './swarm.ts'

/** A frame: length prefix, type, payload. */
export function frame(type: number, ...payload: (number | Uint8Array | string)[]): Uint8Array {
  const parts = payload.map((part) => {
    if (typeof part !== 'number') return Buffer.from(part as Uint8Array)
    const word = Buffer.alloc(4)
    word.writeInt32BE(part | 0)
    return word
  })
  const body = Buffer.concat([Buffer.of(type), ...parts])
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(body.length)
  return Buffer.concat([prefix, body])
}

/** An extension message: `id` 0 is the handshake. */
export function extended(id: number, payload: Uint8Array | string): Uint8Array {
  return frame(20, Buffer.concat([Buffer.of(id), Buffer.from(payload as Uint8Array)]))
}

export function handshake(infoHash: string): Uint8Array {
  return Buffer.concat([
    Buffer.from('\x13BitTorrent protocol'),
    Buffer.from([0, 0, 0, 0, 0, 0x10, 0, 0x04]),
    Buffer.from(infoHash, 'hex'),
    crypto.getRandomValues(new Uint8Array(20))
  ])
}

/**
 * A stranger that dialled a member and sent its handshake, and `early` bytes in the same segment; `closed` resolves when
 * the member hung up.
 */
export function dial(
  member: Member,
  early: Uint8Array = new Uint8Array()
): { socket: net.Socket; closed: Promise<void> } {
  const socket = net.connect(member.port, '127.0.0.1')
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.resume()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.write(Buffer.concat([handshake(member.torrent.infoHash), early]))
  return { socket, closed }
}

export interface Seen {
  /** Frames that guards took in. */
  frames: number
  /** Why guards ended wires, and how often. */
  reasons: Map<string, number>
}

/** Watches the guards of these torrents' wires, from now on. What comes after the end of a wire is not seen. */
export function watchGuards(...torrents: Torrent[]): Seen {
  const seen: Seen = { frames: 0, reasons: new Map() }
  const watch = (wire: Wire): void => {
    const reader = framesOf(wire)
    const { judge, refused } = reader
    if (judge === null) return
    reader.judge = {
      prefix: (length) => judge.prefix(length),
      frame(...frame) {
        seen.frames++
        return judge.frame(...frame)
      }
    }
    reader.refused = (reason, error) => {
      seen.reasons.set(reason, (seen.reasons.get(reason) ?? 0) + 1)
      refused?.(reason, error)
    }
  }
  for (const torrent of torrents) torrent.on('wire', watch)
  return seen
}
