// Events for applications: a typed EventTarget, which browsers and Node both have.

import type { ErrorCode, FloodgateError } from '@floodgate/protocol'
import type { MeasureAnswer } from '@floodgate/wallet'
import type { TradeEvents } from './trade/terms.ts'

/** Every detail names the torrent it concerns. */
export type FloodgateEvents = {
  [E in keyof TradeEvents]: TradeEvents[E] & { infoHash: string }
} & {
  /** The connection to a proven peer ended. */
  closed: { infoHash: string; uid: string }
  /** A purse was bought, or found again: `count` tokens at `price` minor units. */
  purchase: { infoHash: string; count: number; price: bigint; currency: string }
  /** What was promised of a purse was measured, and the provider said what it finds; `purse` is hex. */
  measured: Omit<MeasureAnswer, 'purse'> & { infoHash: string; purse: string }
  /** The provider answered an announce. */
  announced: { infoHash: string; peers: number; complete: number; incomplete: number }
  /** Something did not work; the plugin goes on. `infoHash` is empty when it concerns no one torrent. */
  warning: { infoHash: string; code: ErrorCode; error: FloodgateError }
}

export class FloodgateTarget extends EventTarget {
  /** Calls `listener` with each event's detail; the function returned stops that. */
  on<E extends keyof FloodgateEvents>(
    event: E,
    listener: (detail: FloodgateEvents[E]) => void
  ): () => void {
    const receive = (raw: Event): void => listener((raw as CustomEvent<FloodgateEvents[E]>).detail)
    this.addEventListener(event, receive)
    return () => this.removeEventListener(event, receive)
  }

  emit<E extends keyof FloodgateEvents>(event: E, detail: FloodgateEvents[E]): void {
    this.dispatchEvent(new CustomEvent(event, { detail }))
  }
}
