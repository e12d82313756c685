// Tells how a trade goes, twice a second: a bar for people at a terminal, objects for programs, and for a log file a line
// now and then.

import type { Torrent } from 'webtorrent'
import { createBar, type Bar } from '../bars.ts'
import type { Output } from '../output.ts'
import { count, money, rate } from '../units.ts'
import type { Trading } from './trading.ts'

const EVERY_MS = 500
/** A log file needs no more than this. */
const LINE_EVERY_MS = 10_000

export interface Progress {
  /** Tells a last time and stops. */
  stop(): void
}

export function tellProgress(
  out: Output,
  trading: Trading,
  torrent: Torrent,
  currency: string
): Progress {
  let bar: Bar | undefined
  let lineAt = Date.now()
  const tell = (): void => {
    const pieces = torrent.pieces.length
    const done = torrent.pieces.filter((_, index) => torrent.bitfield.get(index)).length
    const { paidMinor, earnedMinor } = trading.tally
    const owed = trading.owedToUs().pieces
    const peers = torrent.wires.length
    const speed = Math.round(torrent.downloadSpeed)
    const uploadSpeed = Math.round(torrent.uploadSpeed)
    out.tell('progress', {
      ...{ pieces, done, speed, uploadSpeed, peers },
      ...{ paid: paidMinor, earned: earnedMinor, owed, currency }
    })
    const text = [
      torrent.done ? `up ${rate(uploadSpeed)}` : rate(speed),
      count(peers, 'peer'),
      `paid ${money(paidMinor, currency)}`,
      `earned ${money(earnedMinor, currency)}`,
      ...(owed > 0 ? [`owed ${count(owed, 'piece')}`] : [])
    ].join(', ')
    bar ??= createBar(out, torrent.name.slice(0, 24), pieces)
    bar.update(done, text)
    if (out.live || out.json || Date.now() - lineAt < LINE_EVERY_MS) return
    lineAt = Date.now()
    out.say(`${done} of ${count(pieces, 'piece')}, ${text}`)
  }
  const timer = setInterval(tell, EVERY_MS)
  return {
    stop() {
      clearInterval(timer)
      tell()
      bar?.stop()
    }
  }
}
