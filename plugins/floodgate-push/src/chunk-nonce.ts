// What binds a chunk to its place, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015).

import { concat, u64 } from '@floodgate/protocol'
import type { Layout } from './layout.ts'

const REST = new Uint8Array(15)

/** Index, and whether it is the last one. A key opens chunks of one content only, so no nonce comes twice under it. */
export const nonceAt = ({ chunks }: Layout, index: number): Uint8Array =>
  concat(u64(index), Uint8Array.of(Number(index === chunks - 1)), REST)
