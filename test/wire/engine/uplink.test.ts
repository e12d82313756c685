// Who is sent to first, and who is told to look elsewhere (F78). Time is the test's own.

import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { Uplink, type Turn } from '../../../plugins/floodgate-wire/src/engine/uplink.ts'

const BLOCK = 16_384
const STEP_MS = 10

let now = 0

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    now += STEP_MS
    mock.timers.tick(STEP_MS)
    await Promise.resolve()
    await Promise.resolve()
  }
}

const newUplink = (): Uplink => new Uplink(true, () => now)

/** Wants blocks, of pieces of `perPiece`, and says what happens to it. */
class Wanting implements Turn {
  readonly #uplink: Uplink
  wants: number
  sent = 0
  parked = 0
  unparked = 0
  isChoked = false
  perPiece = 1
  /** Does its peer say what it has? */
  says = true
  readonly pieceLength = BLOCK

  constructor(uplink: Uplink, wants = Infinity, rate = 0) {
    this.#uplink = uplink
    this.wants = wants
    this.rate = rate
  }

  rate: number
  pace(): number {
    return this.rate
  }

  isBegun(): boolean {
    return this.sent % this.perPiece !== 0
  }

  go(): void {
    while (!this.isChoked && this.wants > 0 && this.#uplink.isTurnOf(this)) {
      const index = Math.floor(this.sent++ / this.perPiece)
      this.wants--
      this.#uplink.sent(this, index, BLOCK, !this.isBegun())
      if (this.says && !this.isBegun()) this.#uplink.came(this, index)
    }
  }

  park(): boolean {
    if (this.isBegun()) return false
    this.isChoked = true
    this.parked++
    return true
  }

  unpark(): void {
    this.isChoked = false
    this.unparked++
    this.go()
  }
}

describe('an uplink', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }))
  afterEach(() => mock.timers.reset())

  it('sends what the sockets take while nothing limits it', () => {
    const uplink = newUplink()
    const [one, other] = [new Wanting(uplink, 50), new Wanting(uplink, 50)]
    one.go()
    other.go()
    assert.deepEqual([one.sent, other.sent], [50, 50])
  })

  it('keeps its rate, and serves first who came least far for his time', async () => {
    const uplink = newUplink()
    uplink.setRate(20 * BLOCK)
    const behind = new Wanting(uplink, 6, 10)
    const ahead = new Wanting(uplink, Infinity, 20)
    ahead.go()
    behind.go()
    await pass(250)
    assert.ok(ahead.sent <= 2, `${ahead.sent} to who is ahead`)
    await pass(550)
    const all = ahead.sent + behind.sent
    assert.equal(behind.sent, 6)
    assert.ok(all >= 10 && all <= 20, `${all} of 16 blocks`)
    uplink.remove(ahead)
  })

  it('chokes who waits in vain, and unchokes him when his turn has come', async () => {
    const uplink = newUplink()
    uplink.setRate(10 * BLOCK)
    const behind = new Wanting(uplink, 36, 10)
    const ahead = new Wanting(uplink, Infinity, 20)
    behind.go()
    ahead.go()
    await pass(2200)
    assert.deepEqual([ahead.parked, ahead.unparked], [1, 0])
    assert.equal(behind.parked, 0)
    await pass(2400)
    assert.equal(behind.wants, 0)
    assert.equal(ahead.unparked, 1, 'something is left for him')
    assert.ok(ahead.sent > 0)
    uplink.remove(ahead)
  })

  it('finishes what is begun before it begins another, and also when nothing is to be sent any more', async () => {
    const uplink = newUplink()
    uplink.setRate(20 * BLOCK)
    const ahead = new Wanting(uplink, 40, 20)
    ahead.perPiece = 10
    ahead.go()
    await pass(100)
    const behind = new Wanting(uplink, 40, 10)
    behind.go()
    await pass(100)
    assert.ok(ahead.sent > 0 && ahead.isBegun(), `${ahead.sent} blocks`)
    assert.equal(behind.sent, 0)
    uplink.setRate(0)
    assert.equal(ahead.sent, 10)
    await pass(300)
    assert.deepEqual([ahead.sent, behind.sent], [10, 0])
    uplink.remove(ahead)
    uplink.remove(behind)
  })

  it('keeps a low rate with large pieces, and does not choke the only one that wants something', async () => {
    const uplink = newUplink()
    uplink.setRate(4 * BLOCK)
    const only = new Wanting(uplink)
    only.perPiece = 4
    only.go()
    await pass(4000)
    assert.equal(only.parked, 0)
    assert.ok(only.sent >= 12 && only.sent <= 24, `${only.sent} of 16 blocks`)
    uplink.remove(only)
  })

  it('who waits for what is on its way to himself keeps nobody else choked', async () => {
    const uplink = newUplink()
    uplink.setRate(0)
    const other = new Wanting(uplink, 4, 20)
    other.go()
    await pass(1500)
    assert.equal(other.parked, 1)
    const full = new Wanting(uplink, Infinity, 10)
    full.says = false
    uplink.setRate(100 * BLOCK)
    full.go()
    await pass(3000)
    assert.equal(full.sent, 2, 'two pieces may be on their way')
    assert.equal(other.wants, 0)
    uplink.remove(full)
  })

  it('unchokes all when nothing limits it any more', async () => {
    const uplink = newUplink()
    uplink.setRate(0)
    const all = [new Wanting(uplink, 3), new Wanting(uplink, 3)]
    for (const one of all) one.go()
    await pass(2000)
    assert.deepEqual(
      all.map(({ parked, sent }) => [parked, sent]),
      [
        [1, 0],
        [1, 0]
      ]
    )
    uplink.setRate(Infinity)
    assert.deepEqual(
      all.map(({ sent }) => sent),
      [3, 3]
    )
  })
})
