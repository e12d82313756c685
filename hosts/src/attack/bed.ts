// The bed on which an attack is made: a provider, honest peers, attackers, and the books of what
// was said, sent and paid between them. It measures; scenarios only act.

import { equal, toHex } from '@floodgate/protocol'
import { claim } from '@floodgate/wallet'
import type Wire from 'bittorrent-protocol'
import { measure, type Measures } from './books.ts'
import { ByteBook } from './bytes.ts'
import type { Content } from './content.ts'
import { Honest, type HonestOptions, type Watch } from './honest.ts'
import { LabProvider } from './provider.ts'
import { Rogue } from './rogue.ts'
import type { Attack } from './scenario.ts'

/** Longer than any purse lives, and the day after it in which sellers may still claim. */
const PURSE_OVER_MS = 32 * 24 * 3600e3
/** The sharpest limit, and time-outs that a loopback allows. */
const LAB_TERMS = {
  ...{ limitMax: 1, retryMs: 500, graceMs: 500 },
  ...{ paymentTimeoutMs: 300, complainAfterMs: 300 }
}
/** What is owed is before the court, and proved, within this. */
const HEARD_MS = 5000
const LOOK_MS = 50
/** Honest peers pay and receipt what is due within this. */
const SETTLE_MS = 2000

export class Bed {
  readonly provider: LabProvider
  readonly content: Content
  readonly honest: Honest[] = []
  readonly rogues: Rogue[] = []
  readonly bytes = new ByteBook()
  /** Whose connection leaves from which port: the attackers' uids. */
  readonly lines = new Map<number, string>()
  /** Codes and events observed, and how often. */
  readonly seen = new Map<string, number>()
  /** What scenarios have open beside all this, to be closed with it. */
  readonly closers: (() => Promise<void>)[] = []

  private constructor(provider: LabProvider, content: Content) {
    this.provider = provider
    this.content = content
  }

  static async open({
    pieces = 8,
    udp = false
  }: Pick<Attack, 'pieces' | 'udp'> = {}): Promise<Bed> {
    const provider = await LabProvider.start({ udp })
    return new Bed(provider, await provider.sell(pieces))
  }

  /** A code or event was observed. */
  saw(code: string): void {
    this.seen.set(code, (this.seen.get(code) ?? 0) + 1)
  }

  /** An honest peer; its unpaid limit n is 1 unless the scenario says otherwise. */
  async join(
    name: string,
    options: HonestOptions & { balance?: bigint; api?: string } = {}
  ): Promise<Honest> {
    const { balance = 0n, api, ...rest } = options
    const wallet = await this.provider.wallet(balance, api)
    const terms = { ...LAB_TERMS, ...rest }
    const peer = await Honest.join(name, wallet, this.content, terms, this.#watch())
    this.honest.push(peer)
    return peer
  }

  /** One that has everything. */
  seller(options: HonestOptions = {}): Promise<Honest> {
    return this.join('seller', { has: true, ...options })
  }

  /** One that wants everything, and can pay for it. */
  buyer(options: HonestOptions & { api?: string; balance?: bigint } = {}): Promise<Honest> {
    return this.join('buyer', { balance: this.content.total, ...options })
  }

  /** An attacker, with money for one purse. */
  async rogue(balance = this.content.total): Promise<Rogue> {
    const wallet = await this.provider.wallet(balance)
    const rogue = new Rogue(this, `rogue ${this.rogues.length + 1}`, wallet)
    this.rogues.push(rogue)
    return rogue
  }

  /** An attacker that has bought a purse. */
  async rogueBuyer(): Promise<Rogue> {
    const rogue = await this.rogue()
    await rogue.buy()
    return rogue
  }

  #watch(): Watch {
    return {
      saw: (code) => this.saw(code),
      came: (wire, to, index, offset, block) => {
        const from = this.#senderOf(wire)
        const truth = this.content.piece(index).subarray(offset, offset + block.length)
        if (from !== undefined && equal(block, truth)) this.bytes.came(from, to, index, offset)
      }
    }
  }

  #senderOf({ remotePort, peerId }: Wire): string | undefined {
    const rogue = this.lines.get(remotePort ?? 0)
    return rogue ?? this.honest.find(({ client }) => client.peerId === peerId)?.uid
  }

  /**
   * Ends the trade: all that is due is paid and claimed, the purses run out, and the books are
   * read.
   */
  async measure(): Promise<Measures> {
    await Promise.all(this.honest.map(({ floodgate }) => floodgate.settled(SETTLE_MS)))
    await this.heard()
    for (const { wallet } of this.honest) {
      const { purses } = await claim(wallet)
      for (const { code } of purses) if (code !== '') this.saw(code)
    }
    if ((await this.provider.store.offences()).length > 0) this.saw('offence on record')
    const bans = await this.#bans()
    // Nobody is to buy anew when the purses are over.
    await Promise.all(this.honest.map(({ floodgate }) => floodgate.close()))
    this.provider.pass(PURSE_OVER_MS)
    await this.provider.tracker.settle()
    return { ...(await measure(this)), honestBans: bans }
  }

  /** Until the honest have complained of what they were not paid for, as they do by themselves. */
  async heard(): Promise<void> {
    for (let ms = 0; ms < HEARD_MS && this.honest.some(({ isHeard }) => !isHeard); ms += LOOK_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }

  /** Honest peers on anybody's blacklist, or on the provider's revocation list. */
  async #bans(): Promise<number> {
    const revoked = await this.provider.store.revocations(0, 1000)
    for (const { reason, uid } of revoked) {
      if (this.rogues.some((rogue) => rogue.uid === uid)) this.saw(`revoked ${reason}`)
    }
    const listed = this.honest.flatMap(({ wallet }) => wallet.blacklist.all())
    const banned = new Set([
      ...listed.map(({ uid }) => toHex(uid)),
      ...revoked.map(({ uid }) => uid)
    ])
    return this.honest.filter(({ uid }) => banned.has(uid)).length
  }

  async close(): Promise<void> {
    await Promise.all(this.rogues.map((rogue) => rogue.close()))
    await Promise.all(this.honest.map((peer) => peer.close()))
    await Promise.all(this.closers.map((close) => close()))
    await this.provider.close()
  }
}
