/**
 * An incoming wire meets no plugin before its handshake is through, and what a stranger sends in the same segment is
 * read by bittorrent-protocol alone: one extended handshake there makes the npm decoder loop until the process is out
 * of memory. So the two readers of those bytes are guarded on the class, for all wires of the process, until the guard
 * of the single wire takes over.
 */
import { checkDoors, type WireClassDoors } from './doors.ts'
import { readLoose } from './loose-bencode.ts'
import { toUint32 } from './frames.ts'

/** What may come before a wire's own guard: a bitfield of 400,000 pieces and an extended handshake are far below. */
const EARLY_BYTES_MAX = 256 * 1024

const guarded = new WeakSet<object>()

/** Guards a Wire class of bittorrent-protocol, once. */
export function guardProtocol(wireClass: { prototype: object }): void {
  const wires = wireClass.prototype as WireClassDoors
  if (guarded.has(wires)) return
  guarded.add(wires)
  checkDoors('wires', wires)
  const onMessageLength = wires._onMessageLength
  const onExtended = wires._onExtended
  wires._onMessageLength = function (prefix) {
    if (toUint32(prefix, 0) > EARLY_BYTES_MAX) this.destroy()
    else onMessageLength.call(this, prefix)
  }
  wires._onExtended = function (extension, payload) {
    if (extension === 0 && readLoose(payload)?.end !== payload.length) this.destroy()
    else onExtended.call(this, extension, payload)
  }
}
