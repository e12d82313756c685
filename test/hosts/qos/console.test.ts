// What is told of swarms: figures follow from what was measured, rows stand below each other, and at a terminal they are drawn
// again in place.

import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import type { Output } from '../../../hosts/src/output.ts'
import { openConsole } from '../../../hosts/src/qos/console.ts'
import { rowOf, screenOf, tableOf, type Row, type Seen } from '../../../hosts/src/qos/row.ts'
import { decisionOf, leechersOf, sampleOf } from '../../qos/samples.ts'

const TIME = 1_800_000_000_000
const HASH = 'abcdef0123'.repeat(4)

const seenOf = (changes: Partial<Seen> = {}): Seen => ({
  ...{ sample: sampleOf({ content: HASH, time: TIME }), rates: [], sent: [], sentBefore: 0 },
  ...changes
})
const decided = (changes = {}) => ({ time: TIME, decision: decisionOf(changes) })

describe('hosts qos: rows', () => {
  it('F78: rates are of leechers that told them, and below the promise is who of these gets less', () => {
    const rates = [100, 200, 300, 400, 500]
    const sample = sampleOf({ content: HASH, leechers: leechersOf(7), copies: 2 })
    const row = rowOf(seenOf({ sample, rates }), decided(), 300)
    assert.deepEqual(
      [row.leechers, row.rated, row.p50, row.p05, row.belowTarget, row.copies],
      [7, 5, 300, 100, 2, 2]
    )
    const silent = rowOf(seenOf({ sample }), decided(), 300)
    assert.deepEqual([silent.rated, silent.p50, silent.belowTarget], [0, 0, 0])
    assert.equal(rowOf(seenOf({ sample, rates }), decided(), undefined).belowTarget, undefined)
  })

  it('what is sent now is the mean of the last 15 s; offload is of the time that this process saw', () => {
    const sent = [0, 10, 20, 30].map((seconds) => ({
      time: TIME + seconds * 1000,
      bytes: 1_000_000 + seconds * seconds * 100
    }))
    const provider = { all: 1_090_000, today: 90_000, http: 0 }
    const sample = sampleOf({ content: HASH, provider, fromPeers: 270_000 })
    const row = rowOf(seenOf({ sample, sent, sentBefore: 1_000_000 }), decided(), undefined)
    assert.equal(row.egress, (90_000 - 40_000) / 10)
    assert.deepEqual([row.sent, row.sentToday, row.sentSinceStart], [1_090_000, 90_000, 90_000])
    assert.match(tableOf([row])[1]!, / 75 % +5 kB\/s +90 kB +1.09 MB$/)
    assert.equal(rowOf(seenOf({ sent: sent.slice(0, 1) }), decided(), undefined).egress, 0)
  })

  it('stand below each other with their decision, and say nothing where nothing is known', () => {
    const sample = sampleOf({ content: HASH, leechers: leechersOf(12) })
    const known = seenOf({ sample, rates: [500_000, 1_250_000] })
    const rows = [
      rowOf(known, decided({ rate: 2e6, seeders: 1, reason: 'Somebody is slow.' }), 600_000),
      rowOf(seenOf(), decided({ reason: 'Nobody is downloading.' }), undefined)
    ]
    assert.deepEqual(tableOf(rows), [
      'content   leechers  half get  95 % get  below  copies  offload  sent now  today  in all',
      'abcdef01        12  500 kB/s  500 kB/s   50 %       1        –     0 B/s    0 B     0 B',
      '  2 MB/s by 1 seeder, HTTP closed. Somebody is slow.',
      'abcdef01         0         –         –      –       1        –     0 B/s    0 B     0 B',
      '  0 B/s by 0 seeders, HTTP closed. Nobody is downloading.'
    ])
    const [, , aged] = tableOf(rows, TIME + 12_000)
    assert.match(aged!, /Somebody is slow\. \(decided 12 s ago\)$/)
    assert.deepEqual(tableOf([]), [])
  })

  it('a screen has the busiest that fit, cut to its width, and how many more there are', () => {
    const row = (leechers: number): Row =>
      rowOf(
        seenOf({ sample: sampleOf({ content: HASH, leechers: leechersOf(leechers) }) }),
        decided({ reason: 'x'.repeat(200) }),
        undefined
      )
    const rows = [row(1), row(0), row(5), row(3)]
    const lines = screenOf(rows, 'target 500 kB/s', { columns: 60, height: 8 })
    assert.equal(lines.length, 7)
    assert.ok(lines.every((line) => line.length < 60))
    const leechers = [lines[2], lines[4]].map((line) => Number(line!.split(/ +/)[1]))
    assert.deepEqual(leechers, [5, 3])
    assert.equal(lines[6], '1 more swarm, 1 content that nobody downloads')
    const idle = screenOf([row(0)], 'floor 1', { columns: 60, height: 24 })
    assert.deepEqual(idle, ['promised: floor 1', '1 content that nobody downloads'])
  })
})

const CODES = new RegExp(String.raw`\x1b\[(\d*)([A-Z])|\n|[^\x1b\n]+`, 'g')

/** A terminal as far as the console uses one: text, line ends, up, to the left, and clear to the end. */
class Terminal extends Writable {
  readonly lines = ['']
  row = 0

  override _write(chunk: Buffer, _: string, done: () => void): void {
    for (const [part, up, code] of chunk.toString().matchAll(CODES)) {
      if (part === '\n') this.lines[++this.row] ??= ''
      else if (code === 'A') this.row -= Number(up)
      else if (code === 'J') this.lines.splice(this.row, Infinity, '')
      else if (code === undefined) this.lines[this.row] += part
      else assert.fail(`unknown: ${JSON.stringify(part)}`)
    }
    done()
  }
}

describe('hosts qos: the console', () => {
  it('draws in place, below what is said, grows and shrinks, and is taken away', () => {
    const terminal = new Terminal()
    const say = (text: string): void => void terminal.write(`${text}\n`)
    const out: Output = {
      ...{ json: false, live: true, screen: terminal as unknown as NodeJS.WriteStream, say },
      tell: (_, __, text) => void (text !== undefined && say(text)),
      warn: (_, text) => say(text),
      fail: ({ text }) => say(text)
    }
    const screen = openConsole(out)
    screen.out.say('before')
    screen.show(() => ['one', 'two'])
    screen.out.tell('event', {}, 'meanwhile')
    assert.deepEqual(terminal.lines, ['before', 'meanwhile', 'one', 'two', ''])
    screen.show(() => ['three'])
    assert.deepEqual(terminal.lines, ['before', 'meanwhile', 'three', ''])
    screen.out.warn('code', 'trouble')
    screen.out.tell('event', {})
    assert.deepEqual(terminal.lines, ['before', 'meanwhile', 'trouble', 'three', ''])
    screen.stop()
    screen.out.say('after')
    assert.deepEqual(terminal.lines, ['before', 'meanwhile', 'trouble', 'after', ''])
  })
})
