// Claims, over real HTTP against a provider that signs and seals for real.

import assert from 'node:assert/strict'
import {
  encode,
  equal,
  platformCrypto as crypto,
  tokenAt,
  xorInto,
  type ErrorCode
} from '@floodgate/protocol'
import { claim, type Wallet } from '@floodgate/wallet'
import { DAY_MS, code, type TestProvider } from './bed.ts'
import { served } from './served.ts'
import { says, type TestServer } from './test-server.ts'

describe('wallet: claims', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  served((made) => ({ provider, server, wallet } = made))

  /** Sells `paid` of `count` pieces to a new buyer. */
  async function sell(count: number, paid: number): Promise<Uint8Array> {
    const issued = await provider.purse(crypto.random(16), count)
    const sale = wallet.sales.open(issued.certificate, issued.frame)
    const indexes = Array.from({ length: paid }, (_, i) => i)
    const xor = new Uint8Array(32)
    for (const index of indexes) xorInto(xor, tokenAt(crypto, issued.seed, index))
    sale.accept(indexes, xor, paid, crypto.random(300))
    return issued.certificate.purse
  }

  it('F45–F48: claims what is unclaimed, in batches, once', async () => {
    for (const paid of [1, 2, 3, 0, 4, 5]) await sell(9, paid)
    const answer = await claim(wallet, { max: 2 })
    assert.deepEqual([answer.claims, answer.credited, answer.fresh], [3, 45n, 15])
    assert.deepEqual([answer.balance, answer.currency, answer.purses.length], [77n, 'EUR', 5])
    assert.deepEqual(
      server.claims.map(({ purses }) => purses.length),
      [2, 2, 1]
    )
    const sums = wallet.summary().sales.map(({ claimed, credited }) => [claimed, credited])
    assert.deepEqual(sums[2], [3, 9n])
    const none = await claim(wallet)
    assert.deepEqual([none.claims, none.balance], [0, undefined])
    assert.equal(server.claims.length, 3)
  })

  it('W8: two claims at once are one after the other, and count once', async () => {
    await sell(9, 4)
    const [first, second] = await Promise.all([claim(wallet), claim(wallet)])
    assert.deepEqual([first.credited, second.credited, second.claims], [12n, 0n, 0])
    assert.equal(server.claims.length, 1)
    assert.deepEqual(
      wallet.summary().sales.map(({ claimed, credited }) => [claimed, credited]),
      [[4, 12n]]
    )
  })

  it('keeps to 64 purses and 512 KiB a claim', async () => {
    for (let i = 0; i < 66; i++) await sell(4, 1)
    await claim(wallet)
    assert.deepEqual(
      server.claims.map(({ purses }) => purses.length),
      [64, 2]
    )
    server.claims.length = 0
    const issued = await provider.purse(crypto.random(16), 65_536)
    for (let i = 0; i < 62; i++) {
      // The tree over 65,536 tokens is the provider's business here: one will do for all.
      const purse = { ...issued.certificate, purse: crypto.random(16) }
      const sale = wallet.sales.open(purse, issued.frame)
      sale.accept([65_535], new Uint8Array(32), 1, crypto.random(640))
    }
    server.bodies.length = 0
    await claim(wallet)
    assert.deepEqual(
      server.claims.map(({ purses }) => purses.length),
      [58, 4]
    )
    assert.ok(server.bodies.every((bytes) => bytes <= 512 * 1024))
  }).timeout(20_000)

  it('W8, G14: a claim whose answer was lost goes out as the same claim, and counts once', async () => {
    await sell(9, 4)
    server.spoil = (list) => list
    const { judge } = server
    let lost = true
    server.judge = (item) => {
      server.instead = (request) => {
        if (lost && request.url!.endsWith('/claims')) request.socket.destroy()
        return lost && request.url!.endsWith('/claims')
      }
      return judge(item)
    }
    const { issuer } = provider
    const sign = issuer.sign.bind(issuer)
    issuer.sign = async (...args) => {
      if (args[0] === 'claimed' && lost) throw new Error('dies')
      return sign(...args)
    }
    await assert.rejects(claim(wallet), code('internal'))
    await assert.rejects(claim(wallet), code('unreachable'))
    lost = false
    issuer.sign = sign
    const answer = await claim(wallet)
    assert.deepEqual([answer.claims, answer.credited], [1, 12n])
    assert.equal(server.settled.size, 1, 'one id, however often it was sent')
    assert.equal(server.claims.length, 2)
  })

  it('says per purse what became of it; what may succeed later is claimed again', async () => {
    const [good, closed, busy] = [await sell(9, 1), await sell(9, 2), await sell(9, 3)]
    const { judge } = server
    const codes = new Map<Uint8Array, ErrorCode>([
      [closed, 'purse-closed'],
      [busy, 'too-many-requests']
    ])
    server.judge = (item) => {
      const found = [...codes].find(([purse]) => equal(purse, item.purse))
      return found ? { ...judge(item), credited: 0n, fresh: 0, code: found[1] } : judge(item)
    }
    const answer = await claim(wallet)
    assert.deepEqual(
      answer.purses.map(({ code }) => code),
      ['', 'purse-closed', 'too-many-requests']
    )
    assert.deepEqual(answer.purses[0]!.purse, good)
    assert.equal(wallet.sales.get(closed)!.unclaimed(), 2)
    server.judge = judge
    const again = await claim(wallet)
    assert.deepEqual(
      again.purses.map(({ purse }) => purse),
      [busy]
    )
  })

  it('refuses an answer to another claim, and results for purses that were not claimed', async () => {
    const purse = await sell(9, 2)
    const { judge } = server
    server.judge = (item) => ({ ...judge(item), purse: crypto.random(16) })
    await claim(wallet)
    assert.equal(wallet.sales.get(purse)!.unclaimed(), 2)
    const time = Date.now()
    const body = { claim: crypto.random(32), results: [], balance: 0n, currency: 'EUR' }
    const on = { time, expiry: time + DAY_MS }
    server.instead = says(200, await provider.issuer.sign('claimed', body, on))
    await assert.rejects(claim(wallet), code('wrong-session'))
    server.instead = says(200, encode('reject', { code: 'x', message: 1, indexes: [] }))
    await assert.rejects(claim(wallet), code('unexpected-message'))
    assert.equal(wallet.sales.get(purse)!.unclaimed(), 2)
  })
})
