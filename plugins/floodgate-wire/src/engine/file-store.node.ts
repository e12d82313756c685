/** The class of the store that WebTorrent takes in Node when nobody names one. */
import FSChunkStore from 'fs-chunk-store'
import type { FileStoreClass } from './doors.ts'

export const fileStore: FileStoreClass | null = FSChunkStore
