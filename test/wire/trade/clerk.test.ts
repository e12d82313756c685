// The clerk by a fake clock: when it complains, how it waits, and what it tells the torrents.

import assert from 'node:assert/strict'
import { toHex } from '@floodgate/protocol'
import type { Purse, Wallet } from '@floodgate/wallet'
import { Clerk, DEFAULT_TERMS, FloodgateTarget, type Seat, type Terms } from '@floodgate/wire'
import { CourtStage, PIECES } from '../../wallet/court-stage.ts'

/** Runs by hand: `pass` moves it on and lets the clerk finish what is due. */
class HandClock {
  ms = 0
  #next: { at: number; action: () => void } | undefined

  readonly clock = {
    now: (): number => this.ms,
    after: (delayMs: number, action: () => void): (() => void) => {
      const one = { at: this.ms + delayMs, action }
      this.#next = one
      return () => {
        if (this.#next === one) this.#next = undefined
      }
    }
  }

  /** Resolves when the clerk waits for a later time. */
  async pass(ms: number): Promise<void> {
    const until = this.ms + ms
    while (this.#next !== undefined && this.#next.at <= until) {
      const { at, action } = this.#next
      this.#next = undefined
      this.ms = Math.max(this.ms, at)
      action()
      while (this.#next === undefined) await new Promise((resolve) => setImmediate(resolve))
    }
    this.ms = until
  }
}

describe('wire: the clerk', function () {
  this.timeout(20_000)
  let stage: CourtStage
  let time: HandClock
  let seller: Wallet
  let buyer: Wallet
  let purse: Purse
  const clerks: Clerk[] = []
  const told: string[] = []
  const fell: string[] = []

  beforeEach(async () => {
    stage = await CourtStage.open()
    time = new HandClock()
    seller = await stage.wallet()
    ;({ wallet: buyer, purse } = await stage.buyer())
    const now = seller.now.bind(seller)
    seller.now = () => now() + time.ms
    told.length = fell.length = 0
  })
  afterEach(async () => {
    await Promise.all(clerks.splice(0).map((clerk) => clerk.close()))
    await stage.close()
  })

  function employ(wallet: Wallet, pieces: Set<number>, terms: Partial<Terms> = {}): Clerk {
    const events = new FloodgateTarget()
    for (const event of ['complained', 'verdict', 'notice', 'warning'] as const) {
      events.on(event, (detail) => {
        const what = 'outcome' in detail ? detail.outcome : 'code' in detail ? detail.code : ''
        told.push(`${event} ${what}`.trim())
      })
    }
    const clerk = new Clerk(wallet, { ...DEFAULT_TERMS, ...terms }, time.clock, events)
    clerks.push(clerk)
    const seat: Seat = {
      ...stage.contents(pieces)(stage.infoHash)!,
      infoHash: stage.infoHash,
      debtFell: (uid) => fell.push(toHex(uid)),
      accepted: (uid) => told.push(`accepted ${toHex(uid)}`),
      dropRevoked: () => told.push('revoked')
    }
    clerk.seat(seat)
    return clerk
  }
  const all = (): Set<number> => new Set(Array.from({ length: PIECES }, (_, index) => index))

  it('F36, F57: complains a while after the time-out, also of debts of connections that are gone', async () => {
    const sale = await stage.owe(seller, buyer, purse, 3)
    const { paymentTimeoutMs, complainAfterMs } = DEFAULT_TERMS
    employ(seller, all())
    await time.pass(paymentTimeoutMs + complainAfterMs - 30_001)
    assert.deepEqual(told, [])
    sale.touch(3, seller.now()) // more of it goes out: the time begins anew
    await time.pass(60_000)
    assert.deepEqual(told, [])
    await time.pass(paymentTimeoutMs + complainAfterMs)
    assert.deepEqual(told.slice(0, 3), ['complained', 'verdict challenge', 'verdict proved'])
    assert.equal(sale.owed.size, 1, 'until the money is here')
    assert.equal(seller.court.disputes.all().length, 1)
  })

  it('complainAfterMs 0: never complains of what is unpaid', async () => {
    await stage.owe(seller, buyer, purse, 3)
    employ(seller, all(), { complainAfterMs: 0 })
    await time.pass(24 * 3600e3)
    assert.deepEqual(told, [])
  })

  it('a debt of a purse that is closed is nothing to complain of', async () => {
    await stage.owe(seller, buyer, purse, 3)
    await time.pass(purse.ends - seller.now() + 25 * 3600e3)
    employ(seller, all())
    await time.pass(3600e3)
    assert.deepEqual(told, [])
  })

  it('tells the torrents when a debt falls, and the buyer gets his piece', async () => {
    await stage.owe(seller, buyer, purse, 3)
    employ(seller, all())
    await time.pass(4 * 60e3)
    const pieces = new Set<number>()
    const sellers = time
    time = new HandClock()
    const clerk = employ(buyer, pieces)
    clerk.heard(await stage.announce(buyer))
    await time.pass(1000)
    assert.deepEqual([...pieces], [3])
    time = sellers
    await time.pass(10 * 60e3)
    assert.deepEqual(fell, [toHex(buyer.uid)])
    assert.equal(seller.sales.owedBy(buyer.uid), 0)
    assert.ok(told.includes('notice settled') && told.includes('verdict settled'))
    assert.ok(told.includes(`accepted ${toHex(seller.uid)}`), 'the seller may hear of it')
  })

  it('F57: who comes back and has accepted is sold to at once, however long he was away', async () => {
    await stage.owe(seller, buyer, purse, 3)
    const clerk = employ(seller, all())
    await time.pass(26 * 3600e3)
    const mine = time
    time = new HandClock()
    employ(buyer, new Set()).heard(await stage.announce(buyer))
    await time.pass(1000)
    time = mine
    await time.pass(1000)
    assert.deepEqual(fell, [], 'it is asked after once an hour by now')
    clerk.met(buyer.uid)
    await time.pass(1)
    assert.deepEqual(fell, [toHex(buyer.uid)])
  })

  it('who comes back again and again costs the provider a question every few seconds', async () => {
    await stage.owe(seller, buyer, purse, 3)
    const clerk = employ(seller, all())
    await time.pass(26 * 3600e3)
    const fetched = globalThis.fetch
    let asked = 0
    globalThis.fetch = (...of) => {
      asked++
      return fetched(...of)
    }
    try {
      for (let again = 0; again < 20; again++) {
        clerk.met(buyer.uid)
        await time.pass(100)
      }
    } finally {
      globalThis.fetch = fetched
    }
    assert.equal(asked, 1)
  })

  it('a provider that is away for a day is asked more and more rarely, and nothing is forgotten', async () => {
    await stage.owe(seller, buyer, purse, 3)
    const fetched = globalThis.fetch
    let tries = 0
    globalThis.fetch = () => {
      tries++
      return Promise.reject(new TypeError('no route to host'))
    }
    employ(seller, all())
    try {
      await time.pass(24 * 3600e3)
    } finally {
      globalThis.fetch = fetched
    }
    assert.ok(tries > 24 && tries < 50, `${tries} tries`)
    assert.ok(told.every((line) => line === 'warning unreachable'))
    await time.pass(2 * 3600e3)
    assert.equal(seller.court.disputes.all()[0]!.stage, 'proved')
  })

  it('takes up what another process left open, and drops whom the provider revokes', async () => {
    const sale = await stage.owe(seller, buyer, purse, 3)
    const { infoHash } = stage
    const frames = [sale.proofOf(3)!.request]
    const clerk = employ(seller, all())
    const { certificate } = seller
    clerk.accuse({
      ...{ kind: 'bad-delivery', accused: buyer.uid, certificate, infoHash },
      ...{ purse: purse.id, index: 3, frames }
    })
    await time.pass(1000)
    assert.deepEqual(told, ['verdict dismissed'], 'judged by ourselves, and not filed')
    clerk.heard({ notices: 0 })
    assert.ok(!told.includes('revoked'))
  })
})
