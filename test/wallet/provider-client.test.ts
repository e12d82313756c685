// Asking a provider, over real HTTP against one that signs and seals for real: who it is, the registration,
// the account.

import assert from 'node:assert/strict'
import {
  platformCrypto as crypto,
  sealTo,
  type ErrorCode,
  type FloodgateError
} from '@floodgate/protocol'
import { account, fetchProvider, payouts, register, type Wallet } from '@floodgate/wallet'
import { code, type TestProvider } from './bed.ts'
import { served } from './served.ts'
import { says, type TestServer } from './test-server.ts'

describe('wallet: the provider’s client', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  served((made) => ({ provider, server, wallet } = made), false)

  describe('who is there', () => {
    it('tells root key, epoch, currency, name and time', async () => {
      const info = await fetchProvider(`${server.url}/`)
      assert.deepEqual([info.rootKey, info.epoch], [provider.rootKey, provider.epoch])
      assert.deepEqual([info.currency, info.name], ['EUR', 'Test'])
      assert.ok(Math.abs(info.time - Date.now()) < 10_000)
    })

    it('every failure has its code', async () => {
      const huge = 'x'.repeat(17 * 1024)
      const info = { rootKey: '', epoch: '', currency: 'EUR', name: 'n', time: 1.5 }
      const cases: [number, string, ErrorCode][] = [
        [409, '{"error":"price-changed"}', 'price-changed'],
        [500, '{"error":"internal"}', 'internal'],
        [400, '{"error":"no such code"}', 'bad-request'],
        [400, '{"error":"constructor"}', 'bad-request'],
        [404, 'null', 'bad-request'],
        [502, '<html>', 'unreachable'],
        [200, huge, 'too-long'],
        [500, huge, 'too-long'],
        [200, '<html>', 'bad-field'],
        [200, '[]', 'bad-field'],
        [200, JSON.stringify(info), 'bad-field'],
        [200, JSON.stringify({ ...info, rootKey: '***', time: 1 }), 'bad-field'],
        [200, JSON.stringify({ ...info, name: 7, time: 1 }), 'bad-field']
      ]
      for (const [status, body, expected] of cases) {
        server.instead = says(status, body)
        await assert.rejects(
          fetchProvider(server.url),
          code(expected),
          `${status} ${body.slice(0, 40)}`
        )
      }
      server.instead = (request, response) => {
        if (request.url === '/elsewhere') return says(200, '{}')(request, response)
        response.writeHead(302, { location: `${server.url}/elsewhere` }).end()
        return true
      }
      await assert.rejects(fetchProvider(server.url), code('unreachable'))
      server.instead = (request) => {
        request.socket.destroy()
        return true
      }
      await assert.rejects(fetchProvider(server.url), code('unreachable'))
      await assert.rejects(fetchProvider('http://127.0.0.1:1'), code('unreachable'))
      await assert.rejects(fetchProvider('no address'), code('unreachable'))
    })

    it('a refusal tells what the provider wrote, as one line that moves no cursor', async () => {
      const told = async (detail: unknown): Promise<string> => {
        server.instead = says(409, JSON.stringify({ error: 'price-changed', detail }))
        return fetchProvider(server.url).then(
          () => assert.fail('it is refused'),
          (error: FloodgateError) => error.detail
        )
      }
      assert.equal(await told('costs 3\n now'), 'costs 3 now')
      assert.equal(await told('\u001b[2Jall is \u202ewell\u0000'), '[2Jall is well')
      assert.equal((await told('x'.repeat(2000))).length, 300)
      for (const nothing of ['', ' \n', 7, null, undefined]) {
        assert.equal(await told(nothing), 'HTTP 409')
      }
    })

    it('is asked once more when a kept connection ends under the request', async () => {
      let asked = 0
      server.instead = (request) => {
        if (++asked > 1) return false
        request.socket.destroy()
        return true
      }
      assert.equal((await fetchProvider(server.url)).name, 'Test')
      assert.equal(asked, 2)
    })
  })

  describe('register', () => {
    it('F16–F20: gets uid and certificate for the wallet’s keys; may be repeated', async () => {
      await register(wallet, 'card')
      const { uid } = wallet
      assert.ok(wallet.registered)
      await wallet.trust.issued('certificate', wallet.certificate, wallet.now())
      await register(wallet, 'card')
      assert.deepEqual(wallet.uid, uid)
      assert.equal(server.accounts.size, 1)
    })

    it('F85: with a clock that is days off, by the provider’s', async () => {
      server.clockMs = 3 * 24 * 3600e3
      await register(wallet, 'card')
      assert.ok(wallet.registered)
      assert.ok(Math.abs(wallet.now() - server.now()) < 60_000)
    })

    it('refuses an answer that is not for us', async () => {
      const other = crypto.boxPublicKey(crypto.random(32))
      server.instead = says(200, sealTo(crypto, other, new Uint8Array(400)))
      await assert.rejects(register(wallet, 'card'), code('cannot-open'))
      server.instead = says(200, 'short')
      await assert.rejects(register(wallet, 'card'), code('truncated'))
      assert.equal(wallet.registered, false)
    })
  })

  describe('account', () => {
    beforeEach(() => register(wallet, 'card'))

    it('tells amounts as bigint, beyond 2^53 too', async () => {
      const standing = await account(wallet)
      assert.equal(standing.uid, Buffer.from(wallet.uid).toString('hex'))
      assert.deepEqual(
        [standing.balance, standing.escrow, standing.earned, standing.spent, standing.currency],
        [-5n, 9007199254740993n, 1n, 0n, 'EUR']
      )
    })

    it('F85: asks for the time when the refusal does not tell it', async () => {
      wallet.setProviderTime(5)
      await account(wallet)
      assert.ok(Math.abs(wallet.now() - Date.now()) < 10_000)
    })

    it('refuses amounts that are none', async () => {
      const good = {
        uid: '',
        balance: '1',
        currency: 'EUR',
        escrow: '1',
        deposited: '1',
        earned: '1',
        spent: '1'
      }
      for (const balance of ['1.5', '', '0x1', 1, null, '9'.repeat(20)]) {
        server.instead = says(200, JSON.stringify({ ...good, balance }))
        await assert.rejects(account(wallet), code('bad-field'))
      }
    })

    it('refuses payouts that are none', async () => {
      const good = { payout: 'p', amount: '1250', state: 'paid', reason: '', at: 5 }
      const shows = (...list: unknown[]) =>
        says(200, JSON.stringify({ destination: '', from: 0, payouts: list }))
      server.instead = shows(good)
      assert.deepEqual((await payouts(wallet)).payouts, [{ ...good, amount: 1250n }])
      for (const odd of [null, 1, { ...good, amount: '-1' }, { ...good, at: '5' }]) {
        server.instead = shows(good, odd)
        await assert.rejects(payouts(wallet), code('bad-field'))
      }
    })
  })
})
