// Strangers who sign what convicts them, over real sockets: the offence is kept, filed, and its author is nobody's partner
// any more.

import assert from 'node:assert/strict'
import {
  emptyBitmap,
  encode,
  equal,
  fromHex,
  itemsHash,
  paidHash,
  toHex,
  withBits
} from '@floodgate/protocol'
import { buy, type Wallet } from '@floodgate/wallet'
import type { FloodgateEvents } from '@floodgate/wire'
import { TestPeer } from '../../support/peer.ts'
import { TestProvider, type Sold } from '../../support/provider.ts'
import { Stranger } from './stranger.ts'

const PIECES = 8
const SWARM = { peerId: new Uint8Array(20).fill(7), port: 6881, event: 'started', left: 1 }

/** What comes of something that no event of ours tells. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe('wire: proven offences', function () {
  this.timeout(30_000)
  let provider: TestProvider
  let sold: Sold
  let peer: TestPeer
  let infoHash: Uint8Array
  const told: string[] = []
  const strangers: Stranger[] = []

  beforeEach(async () => {
    provider = await TestProvider.start()
    sold = await provider.sell('film', PIECES * 65_536)
    infoHash = fromHex((await provider.store.contents())[0]!.infoHash)
    peer = new TestPeer(await provider.wallet(1000n))
    told.length = 0
    const note = (what: string) => told.push(what)
    peer.floodgate!.on('blacklisted', ({ code }) => note(`blacklisted ${code}`))
    peer.floodgate!.on('complained', ({ kind }) => note(`complained ${kind}`))
  })
  afterEach(async () => {
    for (const stranger of strangers.splice(0)) stranger.socket.destroy()
    await peer.close()
    await provider.close()
  })

  const heard = <E extends keyof FloodgateEvents>(event: E): Promise<FloodgateEvents[E]> =>
    new Promise((resolve) => {
      peer.floodgate!.on(event, resolve)
    })

  async function meet(wallet: Wallet, { client } = peer): Promise<Stranger> {
    const stranger = await Stranger.meet(wallet, infoHash, client.torrentPort)
    assert.ok(stranger, 'it is talked to')
    strangers.push(stranger)
    return stranger
  }

  /** Every peer that heard of it refuses it. */
  async function expectOutcast(wallet: Wallet): Promise<void> {
    assert.ok(peer.wallet!.court.revocations.has(wallet.uid) !== undefined)
    const refused = heard('refused')
    assert.equal(await Stranger.meet(wallet, infoHash, peer.client.torrentPort), undefined)
    assert.equal((await refused).code, 'revoked')
  }

  it('F43, F61: a buyer that pays with a wrong token is convicted by its own payment', async () => {
    await peer.seed(sold)
    const cheat = await provider.wallet(1000n)
    await buy(cheat, { infoHash, ...SWARM, price: 2n, currency: 'EUR' })
    const stranger = await meet(cheat)
    const verdict = heard('verdict')
    stranger.say(await falsePayment(stranger, peer.wallet!))
    const { outcome, code, uid } = await verdict
    assert.deepEqual([outcome, code, uid], ['guilty', 'bad-token', toHex(cheat.uid)])
    assert.deepEqual(told, ['blacklisted bad-token', 'complained bad-token'])
    await stranger.closed
    await until(() => peer.wallet!.court.revocations.version === 1)
    await expectOutcast(cheat)
  })

  it('F34, F64: a seller that signs a wrong hash is convicted by its own delivery', async () => {
    const bought = heard('purchase')
    peer.add(sold.torrent)
    await bought
    const cheat = await provider.wallet()
    const stranger = await meet(cheat)
    const verdict = heard('verdict')
    const purse = peer.wallet!.purses.open(infoHash)!
    stranger.wire.bitfield(new Uint8Array(PIECES / 8).fill(0xff))
    stranger.wire.unchoke()
    const paid = emptyBitmap(PIECES)
    const voucher = new Uint8Array(0)
    stranger.say(encode('statement', { purse: purse.id, limit: 1, owed: [], paid, voucher }))
    await until(() => stranger.heard.has('request'))
    stranger.say(await falseDelivery(stranger, peer.wallet!))
    const { outcome, code, uid } = await verdict
    assert.deepEqual([outcome, code, uid], ['guilty', 'bad-delivery', toHex(cheat.uid)])
    assert.deepEqual(told, ['blacklisted bad-delivery', 'complained bad-delivery'])
    assert.equal(purse.spent(), 0)
    await until(() => peer.wallet!.court.revocations.version === 1)
    await expectOutcast(cheat)
  })

  it('ends the connection to whom the provider revokes, whatever it did elsewhere', async () => {
    await peer.seed(sold)
    const cheat = await provider.wallet(1000n)
    await buy(cheat, { infoHash, ...SWARM, price: 2n, currency: 'EUR' })
    const revoked = heard('revoked')
    const stranger = await meet(cheat)
    const other = new TestPeer(await provider.wallet())
    await other.seed(sold)
    const elsewhere = await meet(cheat, other)
    elsewhere.say(await falsePayment(elsewhere, other.wallet!))
    assert.deepEqual((await revoked).uid, toHex(cheat.uid))
    await stranger.closed
    assert.ok(!told.includes('complained bad-token'))
    await other.close()
  })

  async function falsePayment(stranger: Stranger, seller: Wallet): Promise<Uint8Array> {
    const { crypto } = seller
    const purse = stranger.wallet.purses.open(infoHash)!
    const items = [{ index: 2, token: crypto.random(32), path: purse.tokens.path(2) }]
    const voucher = await stranger.sign('voucher', {
      ...{ payee: seller.uid, purse: purse.id, count: 1, xor: items[0]!.token },
      paid: paidHash(crypto, withBits(emptyBitmap(PIECES), [2])),
      items: itemsHash(crypto, items),
      delivery: new Uint8Array(32)
    })
    return encode('payment', { voucher, items })
  }

  async function falseDelivery(stranger: Stranger, buyer: Wallet): Promise<Uint8Array> {
    const { indexes, purse, payee } = stranger.lastHeard('request')!
    assert.ok(equal(payee, stranger.wallet.uid))
    return stranger.sign('delivery', {
      ...{ payer: buyer.uid, infoHash, purse, indexes },
      hashes: buyer.crypto.random(20 * indexes.length),
      request: buyer.crypto.sha256(stranger.heard.get('request')!)
    })
  }
})
