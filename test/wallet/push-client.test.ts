// What a buyer of keys and a willing peer believe (F77): answers to their own request, signed by their provider, and nothing else.

import assert from 'node:assert/strict'
import { PROVIDER_UID, createSigner, platformCrypto as crypto, sealTo } from '@floodgate/protocol'
import { Wallet, buyKeys, memoryStorage, offerDisk } from '@floodgate/wallet'
import { DAY_MS, code, type TestProvider } from './bed.ts'
import { served } from './served.ts'
import { says, type TestServer } from './test-server.ts'

describe('wallet: sealed contents', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  served((made) => ({ provider, server, wallet } = made))

  const infoHash = new Uint8Array(20).fill(7)
  const order = { infoHash, price: 5n, currency: 'EUR' }
  const on = () => ({ time: Date.now(), expiry: Date.now() + DAY_MS })
  const answered = (bytes: Uint8Array): void => {
    const answer = says(200, bytes)
    server.instead = (request, response) =>
      /keys$|willing$/.test(request.url ?? '') && answer(request, response)
  }
  const keysFrom = (issuer = provider.issuer) =>
    issuer.sign('contentKeys', { request: crypto.random(32), infoHash, keys: infoHash }, on())

  it('refuses keys for another request, of another signer, and for another reader', async () => {
    answered(sealTo(crypto, wallet.boxKey, await keysFrom()))
    await assert.rejects(buyKeys(wallet, order), code('wrong-session'))
    const stranger = createSigner(
      crypto,
      crypto.signKey(crypto.random(32)),
      PROVIDER_UID,
      provider.id
    )
    answered(sealTo(crypto, wallet.boxKey, await keysFrom(stranger)))
    await assert.rejects(buyKeys(wallet, order), code('unknown-issuer'))
    answered(sealTo(crypto, crypto.boxPublicKey(crypto.random(32)), await keysFrom()))
    await assert.rejects(buyKeys(wallet, order), code('cannot-open'))
    answered(new Uint8Array(10_000))
    await assert.rejects(buyKeys(wallet, order), code('too-long'))
  })

  it('refuses offers that answer another message, and tells what the provider refuses with', async () => {
    const offers = { request: crypto.random(32), currency: 'EUR', items: [] }
    answered(await provider.issuer.sign('pushOffers', offers, on()))
    await assert.rejects(offerDisk(wallet, { disk: 1, uplink: 1 }), code('wrong-session'))
    server.instead = says(403, JSON.stringify({ error: 'not-pushed' }))
    await assert.rejects(offerDisk(wallet, { disk: 1, uplink: 1 }), code('not-pushed'))
    server.instead = says(409, JSON.stringify({ error: 'not-released' }))
    await assert.rejects(buyKeys(wallet, order), code('not-released'))
  })

  it('says that nothing of a pushed purse comes back, also when it is opened again', async () => {
    const storage = memoryStorage()
    const own = await provider.wallet({ storage })
    const [bought, pushed] = [await provider.purse(own.uid, 4), await provider.purse(own.uid, 4)]
    await own.purses.add(bought.frame, bought.seed)
    await own.purses.add(pushed.frame, pushed.seed, true)
    const back = (one: Wallet) => one.summary().purses.map(({ refundable }) => refundable)
    assert.deepEqual(back(own), [12n, 0n])
    await own.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    assert.deepEqual(back(again), [12n, 0n])
    await again.close()
  })
})
