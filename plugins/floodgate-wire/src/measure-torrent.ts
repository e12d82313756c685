// Ties what measures a promise to a torrent and to the plugin's events.

import { toHex, type ServicePromise } from '@floodgate/protocol'
import type { Wallet } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import { systemClock } from './clock.ts'
import type { FloodgateTarget } from './events.ts'
import { Measuring } from './measuring.ts'
import type { Content } from './trade/terms.ts'

interface MeasuredTorrent {
  torrent: Torrent
  content: Content
  wallet: Wallet
  promise: ServicePromise
  /** Bitmap of the pieces that are selected and not here. */
  missing(): Uint8Array
}

export function measureTorrent(events: FloodgateTarget, measured: MeasuredTorrent): Measuring {
  const { torrent, promise, ...needs } = measured
  const { infoHash } = torrent
  const measuring = new Measuring(promise, {
    ...{ ...needs, clock: systemClock },
    told: ({ purse, ...rest }) =>
      events.emit('measured', { infoHash, purse: toHex(purse), ...rest }),
    failed: (error) => events.emit('warning', { infoHash, code: error.code, error })
  })
  torrent.on('verified', (index) => measuring.arrived(index))
  torrent.on('done', () => measuring.look())
  torrent.once(
    'close',
    events.on('receipted', () => measuring.paid())
  )
  return measuring
}
