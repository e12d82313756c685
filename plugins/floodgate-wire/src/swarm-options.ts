// What a swarm is given by the plugin.

import type { Wallet } from '@floodgate/wallet'
import type { Clerk } from './clerk.ts'
import type { Uplink } from './engine/index.ts'
import type { Approve } from './shopping.ts'
import type { Terms } from './trade/terms.ts'

export interface SwarmOptions {
  wallet: Wallet
  terms: Terms
  /** What peers without the plugin get of an open swarm, all together. */
  freeBytesPerSecond: number | undefined
  /** What the client sends in all. */
  uplink: Uplink
  /** Where others reach us; undefined: where the client listens. */
  port: number | undefined
  /** Meet browsers too. */
  webrtc: boolean
  /** Sees to the provider's court. */
  clerk: Clerk
  /** Asked before pieces are bought; are they `pushed`, the provider pays. */
  approve: Approve
  pushed: boolean
}
