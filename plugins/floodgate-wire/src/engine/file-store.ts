/** In browsers there are no files that could be read past the store. */
import type { FileStoreClass } from './doors.ts'

export const fileStore: FileStoreClass | null = null
