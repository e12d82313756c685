// The purchase by announce, over real HTTP against a provider that signs and seals for real.

import assert from 'node:assert/strict'
import {
  FloodgateError,
  equal,
  platformCrypto as crypto,
  sealTo,
  type ErrorCode
} from '@floodgate/protocol'
import { Wallet, announce, buy, register } from '@floodgate/wallet'
import { DAY_MS, TestProvider, code, turn } from './bed.ts'
import { TestDisk } from './disk.ts'
import { served } from './served.ts'
import { TestServer, bencode, says } from './test-server.ts'

const infoHash = new Uint8Array(20).map((_, i) => (i * 29) % 256)
const peerId = new Uint8Array(20).fill(0x2d)
const swarm = {
  infoHash,
  peerId,
  port: 6881,
  event: 'started',
  left: 100,
  price: 3n,
  currency: 'EUR'
}

describe('wallet: announce and purchase', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  served((made) => ({ provider, server, wallet } = made))

  it('F26–F30: buys a purse once, however often it is announced', async () => {
    const first = await buy(wallet, swarm)
    const { purse } = first
    assert.ok(purse)
    assert.equal(wallet.purses.open(infoHash), purse)
    assert.deepEqual([purse.count, purse.price, purse.currency], [12, 3n, 'EUR'])
    assert.ok(purse.reserve(11, crypto.random(16)))
    assert.deepEqual(first.peers, [
      { host: '127.0.0.1', port: 6881 },
      { host: '0:0:0:0:0:0:0:1', port: 6882 }
    ])
    assert.deepEqual([first.complete, first.incomplete, first.intervalSeconds], [4, 5, 30])
    const again = await buy(wallet, { ...swarm, event: '' })
    assert.equal(again.purse, purse)
    const plain = await announce(wallet, {
      ...swarm,
      want: false,
      event: 'completed',
      numwant: 0
    })
    assert.equal(plain.purse, undefined)
    assert.equal(server.purses.size, 1)
    const { announces } = server
    assert.ok(announces[0]!.counter < announces[1]!.counter)
    assert.ok(announces[1]!.counter < announces[2]!.counter)
    assert.ok(announces.every(({ session }) => equal(session, announces[0]!.session)))
    assert.deepEqual(
      announces.map(({ event, want, again }) => [event, want, again]),
      [
        ['started', 1, 0],
        ['', 1, 0],
        ['completed', 0, 0]
      ]
    )
  })

  it('buys another purse of the same content only when asked to', async () => {
    const { purse } = await buy(wallet, swarm)
    wallet.purses.newPurchase(infoHash)
    const second = await buy(wallet, { ...swarm, again: true })
    assert.notEqual(second.purse, purse)
    assert.equal(wallet.purses.open(infoHash), second.purse)
    assert.equal(server.announces[1]!.again, 1)
  })

  it('I6: after a crash the same purchase goes on, and brings the same purse', async () => {
    const disk = new TestDisk()
    const buyer = await server.wallet(disk.storage())
    await register(buyer, 'card')
    server.instead = (request) => {
      if (request.url!.startsWith('/announce')) request.socket.destroy()
      return request.url!.startsWith('/announce')
    }
    await assert.rejects(buy(buyer, swarm), code('unreachable'))
    disk.crash(false)
    disk.release()
    server.instead = () => false
    const again = await Wallet.open({ storage: disk.storage(), passphrase: '' })
    assert.deepEqual(again.purses.purchaseId(infoHash), buyer.purses.purchaseId(infoHash))
    const { purse } = await buy(again, swarm)
    disk.crash(false)
    const third = await Wallet.open({ storage: disk.storage(), passphrase: '' })
    assert.deepEqual(third.purses.open(infoHash)?.id, purse?.id, 'durable when buy resolves')
    disk.release()
    await third.close()
  })

  it('W14: nothing is bought before its id is durable, and nothing is bought unless the purse is', async () => {
    const disk = new TestDisk()
    const buyer = await server.wallet(disk.storage())
    await register(buyer, 'card')
    await buyer.saved()
    disk.hold()
    let asked = 0
    server.instead = (request) => {
      asked += request.url!.startsWith('/announce') ? 1 : 0
      return false
    }
    let resolved = false
    const bought = buy(buyer, swarm).then(() => (resolved = true))
    while (!disk.busy) await turn()
    for (let i = 0; i < 50; i++) await turn()
    assert.equal(asked, 0)
    assert.equal(Object.keys(disk.durable!.purchases).length, 0)
    disk.finish()
    while (buyer.purses.open(infoHash) === undefined) {
      disk.finish()
      assert.equal(disk.durable!.purses.length, 0)
      await turn()
    }
    for (let i = 0; i < 50; i++) await turn()
    assert.equal(resolved, false)
    disk.release()
    await bought
    assert.equal(disk.durable!.purses.length, 1)
    await buyer.close()
  })

  it('F85: a clock that is years off is set right by the refusal, and the announce repeated', async () => {
    wallet.setProviderTime(Date.now() - 400 * DAY_MS)
    server.clockMs = 3600e3
    const { purse } = await buy(wallet, swarm)
    assert.ok(purse)
    assert.equal(server.announces.length, 1)
    assert.ok(Math.abs(wallet.now() - server.now()) < 10_000)
  })

  it('F85: takes the time from where a refusal has it, and tries just once more', async () => {
    const refusals: [Record<string, Uint8Array | string | number>, boolean][] = [
      [
        { 'failure reason': 'clock: …', 'fg code': 'clock', fg: new TextEncoder().encode('123') },
        true
      ],
      [{ 'failure reason': 'clock: …', 'fg time': '123' }, true],
      [{ 'failure reason': 'replayed: …', 'fg code': 'replayed' }, false]
    ]
    for (const [refusal, told] of refusals) {
      let asked = 0
      wallet.setProviderTime(7)
      server.instead = (request, response) => {
        if (!request.url!.startsWith('/announce')) return false
        asked++
        response.end(bencode(refusal))
        return true
      }
      const expected = String(refusal['failure reason']).split(':')[0] as ErrorCode
      await assert.rejects(buy(wallet, swarm), code(expected))
      assert.equal(asked, 2)
      const now = wallet.now()
      assert.ok(told ? now < 60_000 : Math.abs(now - Date.now()) < 60_000, String(now))
    }
  })

  it('says what the tracker said', async () => {
    const cases: [Uint8Array | string, ErrorCode][] = [
      [bencode({ 'failure reason': 'x', 'fg code': 'insufficient-funds' }), 'insufficient-funds'],
      [bencode({ 'failure reason': 'unknown-content: not sold' }), 'unknown-content'],
      [bencode({ 'failure reason': 'go away' }), 'bad-request'],
      [bencode({ complete: 1 }), 'not-floodgate'],
      ['<html>', 'not-canonical']
    ]
    for (const [body, expected] of cases) {
      server.instead = says(200, body)
      await assert.rejects(buy(wallet, swarm), code(expected))
    }
  })

  it('says the sentence of a refusal once, with its detail', async () => {
    const { message } = new FloodgateError('insufficient-funds', '3.20 EUR')
    const failure = { 'failure reason': `insufficient-funds: ${message}` }
    server.instead = says(200, bencode({ ...failure, 'fg code': 'insufficient-funds' }))
    await assert.rejects(buy(wallet, swarm), { message })
  })

  it('refuses an answer to another announce, account or content', async () => {
    for (const spoiled of [
      { announce: crypto.random(32) },
      { uid: crypto.random(16) },
      { infoHash: crypto.random(20) }
    ]) {
      server.spoil = (list) => ({ ...list, ...spoiled })
      await assert.rejects(buy(wallet, swarm), code('wrong-session'))
    }
    assert.equal(wallet.purses.all().length, 0)
  })

  it('F30: takes no purse that is dearer than agreed, of other content, or without its seed', async () => {
    server.price = 4n
    await assert.rejects(buy(wallet, swarm), code('price-changed'))
    await assert.rejects(
      buy(wallet, { ...swarm, price: 4n, currency: 'USD' }),
      code('price-changed')
    )
    const other = await provider.purse(wallet.uid, 4, { price: 3n })
    server.spoil = (list) => ({ ...list, purse: other.frame })
    await assert.rejects(buy(wallet, swarm), code('wrong-purse'))
    const stranger = crypto.boxPublicKey(crypto.random(32))
    const seed = sealTo(crypto, stranger, new Uint8Array(32))
    server.spoil = (list) => ({ ...list, seed })
    await assert.rejects(buy(wallet, { ...swarm, price: 4n }), code('cannot-open'))
    server.spoil = (list) => ({ ...list, peers: crypto.random(7) })
    await assert.rejects(buy(wallet, { ...swarm, price: 4n }), code('bad-field'))
    const odd = { ...swarm, infoHash: new Uint8Array(19), want: true }
    assert.throws(() => announce(wallet, odd), code('bad-option'))
  })

  it('F27: refuses a list that the provider did not sign', async () => {
    const stranger = new TestServer(await TestProvider.create())
    for (const [id, one] of server.accounts) stranger.accounts.set(id, one)
    await stranger.listen()
    server.instead = (request, response) => {
      const forward = async () => {
        const answer = await fetch(stranger.url + request.url!)
        response.end(new Uint8Array(await answer.arrayBuffer()))
      }
      void forward()
      return true
    }
    await assert.rejects(buy(wallet, swarm), code('wrong-provider'))
    await stranger.close()
  })
})
