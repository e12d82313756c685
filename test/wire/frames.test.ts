// A client that sells one torrent and buys another, and strangers with certificates who send it random frames: on
// the wire, and through the extension after both sides proved their keys. FLOODGATE_FRAMES sets how many it
// takes in. Afterwards it sells and buys as if nothing had been.

import assert from 'node:assert/strict'
import { fromHex, type ErrorCode } from '@floodgate/protocol'
import { buy, type Wallet } from '@floodgate/wallet'
import { DEFAULT_TERMS } from '@floodgate/wire'
import type { Torrent } from 'webtorrent'
import { heapUsed } from '../support/heap.ts'
import { TestPeer, done } from '../support/peer.ts'
import { TestProvider, type Sold } from '../support/provider.ts'
import { FRAMES, SEED, damaged, randomFrom } from '../support/random.ts'
import { anyFrame } from './engine/noise.ts'
import { frame, watchGuards } from './engine/strangers.ts'
import { anySaying, type Mark } from './trade/sayings.ts'
import { Stranger } from './trade/stranger.ts'

const PIECES = 64
const PIECE_LENGTH = 16_384
/** Most messages of one stranger on one connection; few get so far. */
const BATCH = 24
/** Pieces that strangers sell truly; of the others they send junk. */
const TRUE_PIECES = PIECES / 2
/** Connections after which the heap has what it needs. */
const WARM = 400
/** Bytes that a run of any length may leave on the heap. */
const GROWTH_MAX = 32 * 1024 * 1024

/** Purses of one stranger: the provider sells no more than 32 of a content at a time. */
const PURSES_MAX = 30

describe(`wire: ${FRAMES} frames from strangers with certificates (FLOODGATE_SEED=${SEED})`, function () {
  this.timeout(60_000 + FRAMES * 10)
  const random = randomFrom(SEED)
  let provider: TestProvider
  const peers: TestPeer[] = []

  before(async () => {
    provider = await TestProvider.start()
  })
  after(async () => {
    await Promise.all(peers.map((one) => one.close()))
    await provider.close()
  })

  const peer = async (balance: bigint): Promise<TestPeer> => {
    const made = new TestPeer(await provider.wallet(balance), { graceMs: 50 })
    peers.push(made)
    return made
  }
  const sell = (name: string): Promise<Sold> =>
    provider.sell(name, PIECES * PIECE_LENGTH, { pieceLength: PIECE_LENGTH })

  it('I2: nothing throws, nothing hangs or grows, and afterwards it sells and buys', async () => {
    const [own, wanted] = [await sell('own'), await sell('wanted')]
    const victim = await peer(1000n)
    const heard = listen(victim)
    const bought = new Promise((resolve) => victim.floodgate!.on('purchase', resolve))
    const [selling, buying] = [await victim.seed(own), victim.add(wanted.torrent)]
    await bought
    const seen = watchGuards(selling, buying)
    const marks = [selling, buying].map((torrent) => markOf(victim, torrent))
    const newcomer = () => provider.wallet(10n ** 9n)
    const strangers = [await newcomer(), await newcomer(), await newcomer()]

    let [heapBefore, met] = [0, 0]
    for (; seen.frames < FRAMES; met++) {
      if (met === WARM) heapBefore = heapUsed()
      const [seat, mark] = [random.below(strangers.length), random.pick(marks)]
      if (strangers[seat]!.purses.all().length > PURSES_MAX) strangers[seat] = await newcomer()
      const one = strangers[seat]!
      if (hasSpent(one, marks[0]!)) await buyAgain(one, marks[0]!)
      const stranger = await Stranger.meet(one, mark.infoHash, victim.client.torrentPort)
      if (stranger === undefined) {
        // What it signed was shown to the provider, which has revoked it.
        strangers[seat] = await newcomer()
        continue
      }
      if (mark === marks[1]) offer(stranger, wanted)
      await flood(stranger, mark)
      expectWithinLimits(victim.wallet!, strangers)
    }
    const heapAfter = heapUsed()
    console.log(
      `      ${seen.frames} frames taken in on ${met} connections; heap ${heapBefore >> 10} → ${heapAfter >> 10} KiB\n` +
        `      guard: ${[...seen.reasons].join(' ')}\n` +
        `      trade: ${[...heard.codes].join(' ')}; ${heard.earned} tokens in, ${heard.paid} out`
    )
    assert.ok(heapBefore === 0 || heapAfter - heapBefore < GROWTH_MAX)
    assert.equal(seen.reasons.get('threw'), undefined)
    assert.ok(!heard.codes.has('internal'))

    const [buyer, seller] = [await peer(1000n), await peer(0n)]
    await seller.seed(wanted)
    await Promise.all([done(buyer.add(own.torrent)), done(buying)])
    assert.ok((await copyOf(buyer.client.torrents[0]!)).equals(own.data))
    assert.ok((await copyOf(buying)).equals(wanted.data))
    assert.ok(await buyer.floodgate!.settled())
    // The strangers have gone, with what is owed to them or was never acknowledged; the honest seller has its money.
    const purse = victim.wallet!.purses.open(fromHex(buying.infoHash))!
    while (purse.account(seller.wallet!.uid)!.unreceipted.length > 0)
      await new Promise((resolve) => victim.floodgate!.on('receipted', resolve))
    assert.equal(buyer.wallet!.purses.all()[0]!.spent(), PIECES)
    const { sales } = seller.wallet!
    assert.equal(sales.owedBy(victim.wallet!.uid), 0)
    // At least what no stranger sold.
    assert.ok(sales.paidBy(victim.wallet!.uid) >= PIECES - TRUE_PIECES)
  })

  const copyOf = async (torrent: Torrent): Promise<Buffer> =>
    Buffer.from(await torrent.files[0]!.arrayBuffer())

  /** What the trade refused, warned of and moved. Strangers are forgiven at once, so that they can go on. */
  function listen({ floodgate, wallet }: TestPeer) {
    const heard = { codes: new Set<ErrorCode>(), earned: 0, paid: 0 }
    floodgate!.on('refused', ({ code, by }) => by === 'us' && heard.codes.add(code))
    floodgate!.on('warning', ({ code }) => heard.codes.add(code))
    floodgate!.on('earned', ({ indexes }) => (heard.earned += indexes.length))
    floodgate!.on('paid', ({ indexes }) => (heard.paid += indexes.length))
    floodgate!.on('blacklisted', ({ uid, code }) => {
      heard.codes.add(code)
      wallet!.blacklist.remove(fromHex(uid))
    })
    return heard
  }

  function markOf({ wallet }: TestPeer, torrent: Torrent): Mark {
    const { _hashes: hashes } = torrent as unknown as { _hashes: string[] }
    return {
      wallet: wallet!,
      infoHash: fromHex(torrent.infoHash),
      pieceCount: PIECES,
      pieceHash: (index) => fromHex(hashes[index] ?? '00'.repeat(20))
    }
  }

  function expectWithinLimits({ sales }: Wallet, strangers: readonly Wallet[]): void {
    for (const { uid } of strangers) {
      assert.ok(sales.owedBy(uid) <= Math.min(DEFAULT_TERMS.limitMax, 1 + sales.paidBy(uid)))
    }
  }

  /** Is half of its purse with the seller, or has it none? */
  function hasSpent(stranger: Wallet, { infoHash, wallet }: Mark): boolean {
    const purse = stranger.purses.open(infoHash)
    return purse === undefined || (wallet.sales.get(purse.id)?.count ?? 0) > PIECES / 2
  }

  async function buyAgain(stranger: Wallet, { infoHash }: Mark): Promise<void> {
    stranger.purses.newPurchase(infoHash)
    const peerId = stranger.crypto.random(20)
    const terms = { price: 2n, currency: 'EUR', again: true }
    await buy(stranger, { infoHash, peerId, port: 9, event: 'started', left: 1, ...terms })
  }

  /** Says that it has everything, and sends what it is asked for: some pieces truly, of others junk, or nothing. */
  function offer(stranger: Stranger, { data }: Sold): void {
    stranger.write(frame(5, new Uint8Array(PIECES / 8).fill(255)))
    stranger.wire.unchoke()
    stranger.wire.on('request', (index, offset, length, respond) => {
      const from = index * PIECE_LENGTH + offset
      if (index < TRUE_PIECES) respond(null, data.subarray(from, from + length))
      else if (random.below(3) > 0) respond(null, random.bytes(length))
    })
  }

  /** Says one random thing. Was it a raw frame, that may promise more bytes than there are? */
  async function sayAnything(stranger: Stranger, mark: Mark): Promise<boolean> {
    const kind = random.below(40)
    if (kind === 0) stranger.write(anyFrame(random))
    else if (kind === 1) stranger.sayFrame(random.bytes(random.below(100)))
    else if (kind === 2) stranger.sayFrame(damaged(random, random.pick(stranger.said)))
    else if (kind < 6) stranger.sayFrame(random.pick([stranger.hello, ...stranger.said]))
    else stranger.say(await anySaying(random, stranger, mark))
    return kind === 0
  }

  /** Sends random frames until the other side hangs up, as it does at the last one. */
  async function flood(stranger: Stranger, mark: Mark): Promise<void> {
    let raw = false
    for (let i = 0; i < BATCH && stranger.socket.writable; i++) {
      if (await sayAnything(stranger, mark)) raw = true
      // What it answers is wanted for what is said next.
      if (random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    stranger.say(Uint8Array.of(0xee))
    if (raw) stranger.socket.end()
    await stranger.closed
  }
})
