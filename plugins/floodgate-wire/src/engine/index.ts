/** The engine's door: what the trade and the plugin use of it. */
export { attachEngine, type EngineOptions, type TorrentEngine } from './engine.ts'
export { DoorClosed, doors, type Door } from './doors.ts'
export { guardMetadata, guardWire, type ContentShape, type GuardLimits } from './guard.ts'
export { guardTorrent } from './guard-torrent.ts'
export { guardProtocol } from './guard-protocol.ts'
export { Uplink } from './uplink.ts'
export type { Admission, Buying, ReleaseReason, Selling, WireEngine } from './seam.ts'
