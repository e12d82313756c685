// Announces on a real tracker, over each transport: what they buy, and which are refused.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { memoryLedger } from '@floodgate/tracker'
import { destroy, nextWord, peerId, readCompact, stockClient } from '../guard/stage.ts'
import {
  announceHttp,
  announceMessage,
  balanceOf,
  buy,
  crypto,
  openPurse,
  publish,
  readPeerList,
  register,
  startWorld,
  type AnnounceWish,
  type Trader,
  type World
} from './world.ts'

const UNKNOWN = '00'.repeat(20)

describe('mint: an announce buys a purse', () => {
  let world: World
  let buyer: Trader
  let content: string
  beforeEach(async () => {
    world = await startWorld()
    buyer = await register(world, 1000n)
    content = await publish(world)
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })

  it('F26, F27, F30: price to escrow, certificate with the root of the tokens, seed for the buyer alone', async () => {
    const envelope = await announceMessage(world, buyer, content)
    const answer = await announceHttp(world, content, envelope)
    const list = await readPeerList(world, answer.fg)
    assert.deepEqual(list.uid, buyer.uid)
    assert.deepEqual(fg.toHex(list.infoHash), content)
    assert.deepEqual(list.announce, crypto.sha256(envelope))
    assert.equal(list.intervalSeconds, 30)
    const { purse } = await openPurse(world, buyer, list)
    assert.deepEqual(
      [purse.uid, fg.toHex(purse.infoHash), purse.count, purse.price, purse.currency],
      [buyer.uid, content, 10, 3n, 'EUR']
    )
    assert.equal(purse.ends, world.clock.now + 30 * 24 * 3600e3)
    const lease = purse.expiry - world.clock.now
    assert.ok(lease > 12 * 3600e3 && lease <= 24 * 3600e3)
    assert.equal(await balanceOf(world, buyer.uidHex), 970n)
    const stranger = await register(world)
    assert.throws(
      () => fg.openSealed(crypto, stranger.boxSecret, list.seed),
      (error) => fg.codeOf(error) === 'cannot-open'
    )
  })

  it('G14: a repeated announce gets the very same purse and is charged once', async () => {
    const first = await buy(world, buyer, content)
    const second = await buy(world, buyer, content)
    const elsewhere = await buy(world, buyer, content, { session: crypto.random(32) })
    assert.deepEqual(second.frame, first.frame)
    assert.deepEqual(elsewhere.frame, first.frame)
    assert.deepEqual(second.tokens.root, first.tokens.root)
    assert.equal(await balanceOf(world, buyer.uidHex), 970n)
    assert.equal(world.tracker.counters.mint.purchases, 1)
  })

  it('G14: announces at the same time are charged once', async () => {
    const all = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        announceMessage(world, buyer, content, { session: crypto.random(32) }).then((envelope) =>
          announceHttp(world, content, envelope, { port: 7000 + i, peer: 'bcdef'[i] })
        )
      )
    )
    const lists = await Promise.all(all.map((answer) => readPeerList(world, answer.fg)))
    assert.equal(new Set(lists.map(({ purse }) => fg.toHex(purse))).size, 1)
    assert.equal(await balanceOf(world, buyer.uidHex), 970n)
    assert.equal(world.tracker.counters.mint.purchases, 1)
  })

  it('again=1 with a new session buys another, with the same session none', async () => {
    const first = await buy(world, buyer, content)
    const session = crypto.random(32)
    const second = await buy(world, buyer, content, { again: 1, session })
    const repeat = await buy(world, buyer, content, { again: 1, session })
    assert.notDeepEqual(second.frame, first.frame)
    assert.deepEqual(repeat.frame, second.frame)
    assert.equal(await balanceOf(world, buyer.uidHex), 940n)
  })

  it('W1: no token is made for a purchase that the ledger refuses', async () => {
    let hashes = 0
    const sha256 = (data: Uint8Array): Uint8Array => {
      hashes++
      return crypto.sha256(data)
    }
    const counting = await startWorld({ crypto: { ...crypto, sha256 } })
    try {
      const film = await publish(counting, { pieces: 600, price: 1n })
      const one = await register(counting, 100n)
      const askFor = async (pieces: number[]): Promise<[code: string, hashes: number]> => {
        const wish = { price: 1n, again: 1, pieces, session: crypto.random(32) }
        const envelope = await announceMessage(counting, one, film, wish)
        hashes = 0
        return [(await announceHttp(counting, film, envelope)).code, hashes]
      }
      const codes = []
      for (let i = 0; i < 32; i++) codes.push((await askFor([i, i + 1]))[0])
      assert.deepEqual(codes, Array(32).fill(''))
      assert.ok(hashes > 600, 'a purse costs its tokens')
      const [code, cost] = await askFor([32, 33])
      assert.equal(code, 'too-many-requests')
      assert.ok(cost < 50, `${cost} hashes`)
      assert.equal(await balanceOf(counting, one.uidHex), 68n)
      assert.deepEqual(counting.errors, [])
    } finally {
      await counting.close()
    }
  })

  it('a settled purse is refused to its session and sold anew to another', async () => {
    const session = crypto.random(32)
    await buy(world, buyer, content, { session })
    world.clock.now += 31 * 24 * 3600e3 + fg.CLOCK_SLACK_MS
    assert.equal(await world.tracker.settle(), 1)
    assert.equal(await balanceOf(world, buyer.uidHex), 1000n)
    await assert.rejects(buy(world, buyer, content, { session }), /purse-closed/)
    await buy(world, buyer, content, { session: crypto.random(32) })
    assert.equal(await balanceOf(world, buyer.uidHex), 970n)
  })

  it('a purse that expired is not sold again, settled or not', async () => {
    const first = await buy(world, buyer, content)
    world.clock.now = first.purse.ends
    const second = await buy(world, buyer, content, { session: crypto.random(32) })
    assert.notDeepEqual(second.frame, first.frame)
    assert.equal(await balanceOf(world, buyer.uidHex), 940n)
  })

  it('a seeder gets the list alone; peers travel in the signed list and not beside it', async () => {
    const seeder = await register(world)
    const seeding = await announceMessage(world, seeder, content, { want: 0 })
    const alone = await announceHttp(world, content, seeding, { peer: 's', port: 5001 })
    const first = await readPeerList(world, alone.fg)
    assert.deepEqual([first.purse.length, first.seed.length], [0, 0])
    const answer = await announceHttp(world, content, await announceMessage(world, buyer, content))
    const list = await readPeerList(world, answer.fg)
    assert.equal(answer.peers.length, 0)
    assert.deepEqual(readCompact(list.peers), ['127.0.0.1:5001'])
    assert.deepEqual([list.complete, list.incomplete], [0, 1])
  })

  it('over websockets the stock client buys with `fg` among its announce options', async () => {
    const envelope = await announceMessage(world, buyer, content)
    const client = stockClient(world.stage, 'ws', {
      hash: content,
      extra: { fg: fg.toBase64url(envelope) }
    })
    const word = nextWord(client)
    client.start()
    const update = (await word) as Record<string, unknown>
    const reply = fg.fromBase64url(String(update['fg']))
    const { purse } = await openPurse(world, buyer, await readPeerList(world, reply))
    assert.equal(purse.count, 10)
    assert.equal(update['interval'], 30)
    await destroy(client)
  })

  it('an open content admits whoever announces, signed or not', async () => {
    const open = await publish(world, { open: true })
    const plain = await announceHttp(world, open, undefined, { peer: 'p', port: 5002 })
    assert.deepEqual([plain.code, plain.fg], ['', undefined])
    assert.equal((await buy(world, buyer, open)).purse.count, 10)
  })

  it('a leaver buys nothing', async () => {
    const envelope = await announceMessage(world, buyer, content)
    const answer = await announceHttp(world, content, envelope, { event: 'stopped' })
    assert.equal((await readPeerList(world, answer.fg)).purse.length, 0)
    assert.equal(await balanceOf(world, buyer.uidHex), 1000n)
  })

  it('F28, G3: each bad announce is refused with its code, moves no money and joins no swarm', async () => {
    const key = crypto.signKey(crypto.random(32))
    const nobody = { signer: fg.createSigner(crypto, key, crypto.random(16), world.provider) }
    const impostor = { signer: fg.createSigner(crypto, key, buyer.uid, world.provider) }
    const foreign = { signer: fg.createSigner(crypto, key, buyer.uid, crypto.random(32)) }
    const minutes = 60e3
    const now = world.clock.now
    type Case = [code: string, who: Pick<Trader, 'signer'>, wish: AnnounceWish]
    const cases: Case[] = [
      ['unknown-account', nobody, {}],
      ['bad-signature', impostor, {}],
      ['wrong-provider', foreign, {}],
      ['bad-request', buyer, { infoHash: fg.fromHex(UNKNOWN) }],
      ['clock', buyer, { time: now - 10 * minutes - 1 }],
      ['clock', buyer, { time: now + 10 * minutes + 1 }],
      ['price-changed', buyer, { price: 2n }],
      ['price-changed', buyer, { currency: 'USD' }],
      ['insufficient-funds', await register(world, 29n), {}]
    ]
    for (const [code, who, wish] of cases) {
      const envelope = await announceMessage(world, who, content, wish)
      assert.equal((await announceHttp(world, content, envelope)).code, code)
    }
    assert.equal((await announceHttp(world, content)).code, 'unsigned')
    assert.equal((await announceHttp(world, UNKNOWN)).code, 'unknown-content')
    assert.equal((await announceHttp(world, content, new Uint8Array(1500))).code, 'unknown-message')
    assert.equal(world.tracker.counters.mint.purchases, 0)
    assert.equal(await balanceOf(world, buyer.uidHex), 1000n)
    const seen = await announceHttp(
      world,
      content,
      await announceMessage(world, buyer, content, { want: 0 }),
      { peer: 'z' }
    )
    assert.equal((await readPeerList(world, seen.fg)).incomplete, 0)
  })

  it('a refusal for the clock says the provider’s time', async () => {
    const envelope = await announceMessage(world, buyer, content, { time: 5 })
    const { fg: bytes } = await announceHttp(world, content, envelope)
    assert.equal(fg.fromUtf8(bytes!), String(world.clock.now))
  })

  it('F28, G3: a captured announce does not work twice, nor an older one', async () => {
    const older = await announceMessage(world, buyer, content)
    const newer = await announceMessage(world, buyer, content)
    assert.equal((await announceHttp(world, content, newer)).code, '')
    assert.equal((await announceHttp(world, content, newer)).code, 'replayed')
    assert.equal((await announceHttp(world, content, older)).code, 'replayed')
  })

  it('G3: no announce with a flipped bit passes, and none hurts', async () => {
    const envelope = await announceMessage(world, buyer, content)
    for (let bit = 0; bit < envelope.length * 8; bit += 37) {
      const flipped = envelope.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const { code } = await announceHttp(world, content, flipped)
      assert.ok(fg.isErrorCode(code) && code !== 'internal', `bit ${bit}: ${code}`)
    }
    assert.equal(world.tracker.counters.mint.announces, 0)
    assert.equal((await announceHttp(world, content, envelope)).code, '')
  })

  it('over UDP, which carries no envelope, a closed content is refused', async () => {
    const client = stockClient(world.stage, 'udp', { hash: content, peer: peerId('u') })
    const word = nextWord(client)
    client.start()
    assert.match(((await word) as Error).message, /unsigned/)
    await destroy(client)
  })

  it('F24: tokens of a purse follow from the master key its certificate names', async () => {
    const { purse } = await buy(world, buyer, content)
    const master = world.keys.masters.find(({ id }) => id === purse.counter)!
    const seed = fg.purseSeed(crypto, master.key, purse.purse, buyer.uid, purse.infoHash)
    assert.deepEqual(fg.makeTokens(crypto, seed, 10).root, purse.root)
  })
})

describe('mint: when the store fails', () => {
  it('the announce is refused as internal, without a detail, and the operator is told', async () => {
    const store = memoryLedger({ currency: 'EUR' })
    const world = await startWorld({ ledger: store })
    const buyer = await register(world)
    const content = await publish(world)
    const envelope = await announceMessage(world, buyer, content)
    await store.close()
    const answer = await announceHttp(world, content, envelope)
    assert.equal(answer.code, 'internal')
    assert.equal(world.errors.length, 1)
    await world.close()
  })
})
