// The provider's web origin, over its shelf: what the command's options mean, and where a content is found by HTTP.

import type { OriginOptions } from '@floodgate/tracker'
import type { Home } from './home.ts'
import { shelvedAt } from './shelf.ts'

export const ORIGIN_MODES = ['free', 'charged', 'off'] as const
export type OriginMode = (typeof ORIGIN_MODES)[number]

/** `rateBytes`: of all contents, per second. */
export function originOf(
  { contents }: Home,
  mode: OriginMode = 'off',
  rateBytes?: number
): OriginOptions | undefined {
  if (mode === 'off') return undefined
  return {
    policy: mode,
    directory: (infoHash) => shelvedAt(contents, infoHash).dataDir,
    ...(rateBytes !== undefined && { rateBytes })
  }
}

interface Named {
  infoHash: string
  name: string
  isOneFile: boolean
}

/** For `url-list` (BEP 19): the file, or the directory to which clients add names. */
export const webSeedOf = (api: string, { infoHash, name, isOneFile }: Named): string =>
  `${api}/floodgate/v1/origin/${infoHash}/${isOneFile ? encodeURIComponent(name) : ''}`
