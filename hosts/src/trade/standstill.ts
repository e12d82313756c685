// Says in one line why nothing comes, when nothing has come for a while, and again when that has lasted twice as long: no peer is
// connected, those that are lack what is missing, or a seller waits for what it sent on an earlier visit.

import { equal, fromHex, toHex } from '@floodgate/protocol'
import { isWaiting, type Wallet } from '@floodgate/wallet'
import type { Torrent } from 'webtorrent'
import type { Output } from '../output.ts'
import { count, short } from '../units.ts'
import type { Selection } from './parts.ts'
import type { Trading } from './trading.ts'

const LOOK_EVERY_MS = 500
const FIRST_MS = 10_000
/** What a seller refuses it says at once; the court, which our wallet asks meanwhile, has so long to put it right. */
const REFUSED_MS = 2000
/** More are counted, and not named. */
const NAMED_MAX = 8

/** The JSON event `waiting`, beside `seconds`. */
interface Why {
  why: 'no-peer' | 'nobody-has' | 'owed' | 'unknown'
  text: string
  pieces?: number[]
  /** The seller that waits. */
  uid?: string
}

export class Standstill {
  readonly #out: Output
  readonly #trading: Trading
  readonly #torrent: Torrent
  readonly #selection: Selection
  readonly #free: number
  /** Sellers that sell nothing until they are paid for another content, in hex. */
  readonly #sellers = new Set<string>()
  readonly #begunAt: number
  readonly #stops: (() => void)[]
  #came = ''
  #downloaded = 0
  #since = Date.now()
  #sayAt = 0

  constructor(
    out: Output,
    trading: Trading,
    torrent: Torrent,
    { selection, free }: { selection: Selection; free: number }
  ) {
    this.#out = out
    this.#trading = trading
    this.#torrent = torrent
    this.#selection = selection
    this.#free = free
    this.#begunAt = trading.wallet.now()
    const timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    const stopRefused = trading.floodgate.on('refused', ({ uid, by, code, infoHash }) => {
      if (by === 'us' || code !== 'limit-reached' || infoHash !== torrent.infoHash) return
      this.#sellers.add(uid)
      this.#sayAt = Math.min(this.#sayAt, Date.now() + REFUSED_MS)
    })
    this.#stops = [() => clearInterval(timer), stopRefused]
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }

  #look(): void {
    const now = Date.now()
    const missing = this.#bought()
    const { downloaded } = this.#torrent
    const came = `${downloaded} ${missing.length}`
    if (came !== this.#came || missing.length === 0) {
      if (downloaded > this.#downloaded) this.#sellers.clear()
      this.#downloaded = downloaded
      this.#came = came
      this.#since = now
      this.#sayAt = now + (this.#sellers.size > 0 ? REFUSED_MS : FIRST_MS)
      return
    }
    if (now < this.#sayAt) return
    const waitedMs = now - this.#since
    this.#sayAt = now + Math.max(FIRST_MS, waitedMs)
    const why = this.#why(missing)
    const seconds = Math.round(waitedMs / 1000)
    this.#out.tell('waiting', { ...why, seconds }, `nothing came for ${seconds} s: ${why.text}`)
  }

  /** Pieces that are wanted, not here, and bought or free: for others we wait for money. */
  #bought(): number[] {
    const pocket = this.#trading.wallet.purses.pocket(fromHex(this.#torrent.infoHash))
    return this.#selection.missing((index) => index < this.#free || pocket.at(index) !== undefined)
  }

  #why(missing: number[]): Why {
    const { wires } = this.#torrent
    const [seller] = this.#sellers
    if (seller !== undefined) return owedTo(this.#trading.wallet, seller, this.#begunAt)
    if (wires.length === 0) return { why: 'no-peer', text: 'no peer is connected' }
    const pieces = missing.filter((index) => !wires.some(({ peerPieces }) => peerPieces.get(index)))
    if (pieces.length > 0) {
      const text = `no peer that is connected has ${namesOf(pieces)}`
      return { why: 'nobody-has', pieces, text }
    }
    const text = `${count(wires.length, 'peer')} connected, and none sends anything`
    return { why: 'unknown', text }
  }
}

function namesOf(pieces: number[]): string {
  const named = pieces.slice(0, NAMED_MAX).join(', ')
  const more = pieces.length > NAMED_MAX ? ` and ${pieces.length - NAMED_MAX} more` : ''
  return `${pieces.length === 1 ? 'piece' : 'pieces'} ${named}${more}`
}

/** What we know of what this seller sent and was not paid for: cases at the court that came up since `begunAt`, and reservations. */
function owedTo(wallet: Wallet, seller: string, begunAt: number): Why {
  const [uid, who] = [fromHex(seller), short(seller)]
  const cases = wallet.court.notices
    .all()
    .filter((one) => equal(one.accuser, uid) && (isWaiting(one) || one.at >= begunAt))
  if (cases.length > 0) {
    const what = `${count(cases.length, 'piece')} of your last visit`
    const text = `${who} sells nothing until the provider’s court has settled ${what}`
    return { why: 'owed', uid: seller, text }
  }
  const purse = wallet.purses.all().find((one) => one.reservedTo(uid).length > 0)
  const what = purse === undefined ? 'another content' : short(toHex(purse.infoHash))
  const text = `${who} waits to be paid for pieces of ${what} from your last visit: get that again, or wait for the provider’s court`
  return { why: 'owed', uid: seller, text }
}
