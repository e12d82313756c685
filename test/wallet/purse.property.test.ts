// I3 and I6 over random histories: buyers reserve, fetch, pay, lose messages and crash at any point, on a
// disk that keeps only what was written. The sellers' side and the network are the judge.

import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  bits,
  countBits,
  emptyBitmap,
  equal,
  hasBit,
  platformCrypto as crypto,
  setBit,
  tokenAt,
  xorInto
} from '@floodgate/protocol'
import { Wallet, type Purse } from '@floodgate/wallet'
import { TestProvider, turn } from './bed.ts'
import { TestDisk } from './disk.ts'

const COUNT = 10
const PAYEES = [1, 2, 3].map((n) => new Uint8Array(16).fill(n))

type Step =
  | { do: 'reserve' | 'release'; index: number; payee: number }
  | { do: 'fetch'; index: number }
  | { do: 'buy'; index: number; payee: number; flushes: number; arrives: boolean }
  | { do: 'pay'; payee: number; arrives: boolean }
  | { do: 'receipt' | 'show' | 'makeUp'; payee: number }
  | { do: 'crash'; landed: boolean }
  | { do: 'flush' | 'settle' | 'restart' }

const index = fc.nat(COUNT - 1)
const payee = fc.nat(PAYEES.length - 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('buy' as const),
      index,
      payee,
      flushes: fc.nat(3),
      arrives: fc.boolean()
    })
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('reserve' as const), index, payee }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), index, payee }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fetch' as const), index }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pay' as const), payee, arrives: fc.boolean() })
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('receipt', 'show', 'makeUp' as const), payee })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), landed: fc.boolean() }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constantFrom('flush', 'flush', 'settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) }
)

/** What a seller accepted: by the rules of the protocol it takes only payments that add up. */
class Seller {
  readonly paid = emptyBitmap(COUNT)
  count = 0
  xor: Uint8Array = new Uint8Array(32)

  receive(seed: Uint8Array, items: number[], count: number, xor: Uint8Array): void {
    const sum = this.xor.slice()
    const fresh = items.filter((item) => !hasBit(this.paid, item))
    for (const item of fresh) xorInto(sum, tokenAt(crypto, seed, item))
    if (this.count + fresh.length !== count || !equal(sum, xor)) return
    for (const item of fresh) setBit(this.paid, item)
    this.count = count
    this.xor = sum
  }
}

/** One buyer, its disk and store, its sellers, and what ever went over the network. */
class World {
  readonly disk = new TestDisk()
  readonly sellers = PAYEES.map(() => new Seller())
  readonly sent = new Map<number, number>()
  readonly #store = new Set<number>()
  #wallet!: Wallet
  purse!: Purse
  seed!: Uint8Array

  static async create(provider: TestProvider): Promise<World> {
    const world = new World()
    world.#wallet = await provider.wallet({ storage: world.disk.storage() })
    const issued = await provider.purse(world.#wallet.uid, COUNT)
    world.purse = await world.#wallet.purses.add(issued.frame, issued.seed)
    world.seed = issued.seed
    await world.#wallet.saved()
    world.disk.hold()
    return world
  }

  async run(step: Step): Promise<void> {
    const { purse } = this
    if (step.do === 'reserve') purse.reserve(step.index, PAYEES[step.payee]!)
    if (step.do === 'release') purse.release(step.index, PAYEES[step.payee]!)
    if (step.do === 'fetch' && purse.holder(step.index) !== undefined) this.#store.add(step.index)
    if (step.do === 'buy') await this.#buy(step)
    if (step.do === 'pay') await this.#pay(step.payee, step.arrives)
    if (step.do === 'receipt') purse.receipted(PAYEES[step.payee]!, this.sellers[step.payee]!.count)
    if (step.do === 'show') this.#show(step.payee)
    if (step.do === 'makeUp') this.#makeUp(step.payee)
    if (step.do === 'settle') purse.settleUncertain((index) => this.#store.has(index))
    if (step.do === 'flush') this.disk.finish()
    if (step.do === 'crash') this.disk.crash(step.landed)
    if (step.do === 'crash') await this.#reopen()
    if (step.do === 'restart') await this.#restart()
    await turn()
    this.#check()
  }

  /** What mostly happens: the piece comes while its reservation is written, or only nearly so. */
  async #buy({ index, payee, flushes, arrives }: Step & { do: 'buy' }): Promise<void> {
    if (!this.purse.reserve(index, PAYEES[payee]!)) return
    for (let i = 0; i < flushes; i++) {
      await turn()
      this.disk.finish()
    }
    this.#store.add(index)
    await this.#pay(payee, arrives)
  }

  async #reopen(): Promise<void> {
    this.#wallet = await Wallet.open({ storage: this.disk.storage(), passphrase: 'pass' })
    this.purse = this.#wallet.purses.all()[0]!
  }

  async #restart(): Promise<void> {
    this.disk.release()
    await this.#wallet.close()
    this.disk.hold()
    await this.#reopen()
  }

  /** As the wire does: only pieces in the store, only durable reservations, all that has no receipt. */
  async #pay(to: number, arrives: boolean): Promise<void> {
    const { purse } = this
    const uid = PAYEES[to]!
    const held = (index: number) => equal(purse.holder(index) ?? new Uint8Array(0), uid)
    const due = [...this.#store].filter((index) => held(index) && !purse.isPaid(index))
    let durable = false
    const saved = purse.reservationSaved(due).then(() => (durable = true))
    await turn()
    if (!durable) return void saved
    const { count, xor, unreceipted } = purse.pay(uid, due)
    this.#send(to, unreceipted)
    if (arrives) this.sellers[to]!.receive(this.seed, unreceipted, count, xor)
  }

  #send(to: number, items: number[]): void {
    for (const item of items) {
      assert.equal(this.sent.get(item) ?? to, to, `token ${item} goes to two payees`)
      assert.ok(this.#store.has(item), `token ${item} goes out without its piece`)
      this.sent.set(item, to)
    }
  }

  #show(from: number): void {
    const { paid, count, xor } = this.sellers[from]!
    assert.ok(this.purse.adopt(PAYEES[from]!, paid, count, xor), 'an honest seller is not believed')
  }

  #makeUp(to: number): void {
    this.#show(to)
    const seller = this.sellers[to]!
    const lacking = this.purse.missing(PAYEES[to]!, seller.paid, 2)
    if (lacking === undefined) return
    this.#send(to, lacking.indexes)
    const before = seller.count
    seller.receive(this.seed, lacking.indexes, lacking.count, lacking.xor)
    assert.equal(seller.count, before + lacking.indexes.length)
  }

  #check(): void {
    const { purse } = this
    let all = 0
    for (const [number, uid] of PAYEES.entries()) {
      const account = purse.account(uid)
      if (account === undefined) continue
      const xor = new Uint8Array(32)
      for (const index of bits(account.paid)) {
        assert.deepEqual(purse.holder(index), uid)
        xorInto(xor, tokenAt(crypto, this.seed, index))
      }
      assert.equal(account.count, countBits(account.paid))
      assert.deepEqual(account.xor, xor)
      assert.ok(account.unreceipted.every((index) => hasBit(account.paid, index)))
      assert.equal(new Set(account.unreceipted).size, account.unreceipted.length)
      all += account.count
      for (const index of bits(this.sellers[number]!.paid))
        assert.deepEqual(purse.holder(index), uid)
    }
    assert.equal(all, purse.spent())
    for (const [item, to] of this.sent) {
      assert.deepEqual(purse.holder(item), PAYEES[to], `token ${item} was sent and is free`)
    }
    for (const index of purse.uncertain()) assert.ok(!purse.isPaid(index) && purse.holder(index))
  }
}

describe('wallet: a purse, whatever happens', () => {
  it('I3, I6: no token goes to two payees, sums fit, and honest sellers are believed', async function () {
    this.timeout(60_000)
    const provider = await TestProvider.create()
    let payments = 0
    let crashes = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80 }), async (steps) => {
        const world = await World.create(provider)
        for (const one of steps) await world.run(one)
        payments += world.sent.size
        crashes += steps.filter((one) => one.do === 'crash').length
      }),
      { numRuns: 250, verbose: true }
    )
    assert.ok(payments > 500 && crashes > 250, `${payments} payments, ${crashes} crashes`)
  })
})
