/**
 * A trade without money or keys, for tests of the engine: one small extension message per request and per payment,
 * and a seller that admits at most `limit` unpaid pieces. It records what the engine told it.
 */
import type Wire from 'bittorrent-protocol'
import type { Torrent } from 'webtorrent'
import {
  attachEngine,
  type Admission,
  type EngineOptions,
  type ReleaseReason,
  type TorrentEngine,
  type WireEngine
} from '../../../plugins/floodgate-wire/src/engine/index.ts'

const REQUEST = 1
const PAYMENT = 2
const NAME = 'pretend'

export interface PretendOptions {
  /** Unpaid pieces a seller admits. */
  limit?: number
  /** Pieces a buyer binds beyond the limit, so that the pipe does not run dry. */
  ahead?: number
  engine?: EngineOptions
  /** A buyer that does not pay. */
  stiff?: boolean
  /** Overrides for the buyer's answers. */
  mayBuy?: (trade: WireTrade, index: number) => boolean
  bind?: (trade: WireTrade, indexes: number[]) => Promise<boolean> | boolean
  admission?: (trade: WireTrade, index: number) => Admission
}

/** One wire's trade, with its records. */
export class WireTrade {
  readonly wire: Wire
  readonly engine: WireEngine
  readonly options: PretendOptions
  readonly limit: number
  readonly bound = new Set<number>()
  readonly got: number[] = []
  readonly junk: number[] = []
  readonly released: [index: number, why: ReleaseReason][] = []
  readonly waiting: number[] = []
  readonly unpaid = new Set<number>()
  readonly sent = new Map<number, number>()
  paid = 0
  unpaidMax = 0
  chokes = 0
  opened = false

  constructor(wire: Wire, engine: WireEngine, options: PretendOptions) {
    this.wire = wire
    this.engine = engine
    this.options = options
    this.limit = options.limit ?? 4
  }

  open(): void {
    if (this.opened) return
    this.opened = true
    this.engine.open(this.buying(), this.selling())
  }

  private buying() {
    const { options } = this
    return {
      room: () => this.limit + (options.ahead ?? 1) - this.bound.size,
      mayBuy: (index: number) => options.mayBuy?.(this, index) ?? true,
      bind: (indexes: number[]) => {
        for (const index of indexes) this.bound.add(index)
        if (options.bind) return options.bind(this, indexes)
        this.sendRequest(indexes)
        return true
      },
      got: (index: number) => {
        this.bound.delete(index)
        this.got.push(index)
        if (!options.stiff) this.wire.extended(NAME, message(PAYMENT, [index]))
        this.engine.wake()
      },
      junk: (index: number) => {
        this.bound.delete(index)
        this.junk.push(index)
      },
      released: (index: number, why: ReleaseReason) => {
        this.bound.delete(index)
        this.released.push([index, why])
      }
    }
  }

  sendRequest(indexes: number[]): void {
    this.wire.extended(NAME, message(REQUEST, indexes))
  }

  private selling() {
    return {
      admission: (index: number): Admission => {
        if (this.options.admission) return this.options.admission(this, index)
        if (this.unpaid.has(index)) return 'admitted'
        return this.waiting.includes(index) ? 'held' : 'refused'
      },
      sent: (index: number, bytes: number) => {
        this.sent.set(index, (this.sent.get(index) ?? 0) + bytes)
      },
      unsent: () => undefined,
      choked: () => {
        this.chokes++
        this.waiting.length = 0
        this.unpaid.clear()
      },
      unwanted: () => {
        const begun = [...this.unpaid].filter((index) => this.sent.has(index))
        const refused = [...this.unpaid, ...this.waiting].filter((index) => !begun.includes(index))
        this.unpaid.clear()
        for (const index of begun) this.unpaid.add(index)
        this.waiting.length = 0
        for (const index of refused) this.engine.refuse(index)
      }
    }
  }

  onMessage(payload: Uint8Array): void {
    if (payload.length % 4 !== 1) return
    // Sent before the buyer knew that we choke: it has given these pieces back meanwhile.
    if (payload[0] === REQUEST && this.wire.amChoking) return
    const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
    for (let at = 1; at < payload.length; at += 4) {
      const index = view.getUint32(at)
      if (payload[0] === REQUEST) this.waiting.push(index)
      else if (this.unpaid.delete(index)) this.paid++
    }
    this.admitMore()
  }

  admitMore(): void {
    while (this.waiting.length > 0 && this.unpaid.size < this.limit) {
      const index = this.waiting.shift()!
      this.unpaid.add(index)
      this.unpaidMax = Math.max(this.unpaidMax, this.unpaid.size)
      this.engine.admit(index)
    }
  }
}

/** Installs engine and pretend trade on a torrent; `trades` grows with its wires. */
export function pretend(
  torrent: Torrent,
  options: PretendOptions = {}
): { engine: TorrentEngine; trades: WireTrade[] } {
  const engine = attachEngine(torrent, options.engine)
  const trades: WireTrade[] = []
  torrent.on('wire', (wire) => {
    if (wire.type === 'webSeed') return
    const trade = new WireTrade(wire, engine.wire(wire), options)
    trades.push(trade)
    class Extension {
      get name() {
        return NAME
      }
      onExtendedHandshake() {
        trade.open()
      }
      onMessage(payload: Uint8Array) {
        trade.onMessage(payload)
      }
    }
    wire.use(Extension)
    // The handshake may have come before the extension did (incoming wires).
    if (wire.peerExtendedMapping[NAME]) trade.open()
  })
  return { engine, trades }
}

function message(type: number, indexes: readonly number[]): Uint8Array {
  const payload = new Uint8Array(1 + 4 * indexes.length)
  payload[0] = type
  const view = new DataView(payload.buffer)
  indexes.forEach((index, at) => view.setUint32(1 + 4 * at, index))
  return payload
}
