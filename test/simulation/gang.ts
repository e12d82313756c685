// The colluders of a schedule: 1 to 50 accounts that share every secret and act as one, on connections to honest peers and
// at the provider. The worst that many strangers can be is one mind with many names.

import { chanceOf, type Chance } from './chance.ts'
import { HonestEnd } from './honest-end.ts'
import { Loot } from './loot.ts'
import { Member } from './member.ts'
import { Mischief } from './mischief.ts'
import { RogueEnd } from './rogue-end.ts'
import { Suits } from './suits.ts'
import type { World } from './world.ts'

/** Connections at a time, however many they are: what matters is whose account is on each. */
const ENDS_MAX = 4
const BUYERS_MAX = 3
const TRADE_MS = 700

export class Gang {
  readonly world: World
  readonly members: Member[]
  readonly loot = new Loot()
  readonly chance: Chance
  readonly mischief: Mischief
  readonly suits: Suits
  readonly ends = new Set<RogueEnd>()
  #isTrading = true
  #isSuing = true

  constructor(world: World, size: number, seed: number) {
    this.world = world
    this.chance = chanceOf(seed, 'gang')
    this.members = Array.from({ length: size }, (_, i) => new Member(world, `rogue${i}`))
    this.mischief = new Mischief(this, this.chance)
    this.suits = new Suits(this, this.chance)
    if (this.chance.happens(0.5)) {
      for (const [i, bytes] of world.film.bytes.entries()) this.loot.pieces.set(i, bytes)
    }
  }

  /** Is this account one of theirs? Hex. */
  has(uid: string): boolean {
    return this.members.some((member) => member.uidHex === uid)
  }

  start(): void {
    for (const member of this.members)
      this.soon(this.chance.between(0, 3000), () => this.#enter(member))
    if (this.members.length === 0) return
    this.#every(TRADE_MS, () => this.#isTrading && this.#trade())
    this.#every(4000, () => this.#isSuing && this.suits.act())
  }

  /** Acts now and then, until an act answers false. */
  #every(meanMs: number, act: () => Promise<void> | false): void {
    this.soon(this.chance.between(0, 2 * meanMs), async () => {
      const done = act()
      await done
      if (done !== false) this.#every(meanMs, act)
    })
  }

  /** Does something after a while. */
  soon(delayMs: number, act: () => unknown): void {
    this.world.network.timeline.after(delayMs, () => {
      void Promise.resolve(act()).catch((error: unknown) => {
        this.world.fail(`a rogue stumbled: ${String((error as Error).stack)}`)
      })
    })
  }

  async #enter(member: Member): Promise<void> {
    if (!(await member.register())) return this.soon(3000, () => this.#enter(member))
    if (this.members.indexOf(member) >= BUYERS_MAX) return
    await this.world.deposit(member.uidHex, this.world.options.depositMinor)
    await member.announce(true)
    if (this.chance.happens(0.3)) await member.announce(true, true)
  }

  async #trade(): Promise<void> {
    const open = [...this.ends].filter((end) => end.isOpen)
    if (open.length < ENDS_MAX && this.chance.happens(0.4)) this.#dial()
    if (open.length > 0) await this.mischief.act(this.chance.pick(open))
  }

  #dial(): void {
    const able = this.members.filter(({ certificate }) => certificate.length > 0)
    const peers = this.world.honest.filter(({ process }) => process !== undefined)
    if (able.length === 0 || peers.length === 0) return
    const member = this.chance.pick(able)
    const peer = this.chance.pick(peers)
    const purses = this.members.flatMap((one) => (one === member ? one.purses : []))
    const purse = purses.length > 0 ? this.chance.pick(purses) : undefined
    const end = new RogueEnd(this, member, peer, purse)
    const far = new HonestEnd(peer, peer.process!, '')
    end.line = this.world.connect(end, far)
    this.ends.add(end)
    this.world.join(far, end.line)
    end.start()
    this.soon(1500, () => this.mischief.greet(end))
  }

  /** What they said themselves may serve as evidence too. */
  keepOwn(name: 'payment', bytes: Uint8Array, end: RogueEnd, indexes: number[]): void {
    const purse = end.purse?.id ?? ''
    this.loot.hear({ name, bytes, from: end.member.uidHex, to: end.peer.uid, indexes, purse })
  }

  stopTrading(): void {
    this.#isTrading = false
    for (const end of this.ends) end.line?.cut()
  }

  resume(): void {
    if (this.members.length === 0 || this.#isTrading) return
    this.#isTrading = true
    this.#every(TRADE_MS, () => this.#isTrading && this.#trade())
  }

  /** From here on they only claim. */
  stopSuing(): void {
    this.#isSuing = false
  }

  claimAll(): Promise<void> {
    return this.suits.claimAll()
  }

  /** Purses of their own, by id. */
  ownPurses(): Set<string> {
    return new Set(this.members.flatMap(({ purses }) => purses.map(({ id }) => id)))
  }
}
