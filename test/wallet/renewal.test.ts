// A certificate is renewed by itself before it ends, while the wallet is open, and outlives the epoch that signed it.

import assert from 'node:assert/strict'
import { Trust } from '@floodgate/protocol'
import { Wallet, announce, memoryStorage, register, renew } from '@floodgate/wallet'
import { CHEAP, DAY_MS, TestProvider, code } from './bed.ts'
import { TestServer } from './test-server.ts'

const swarm = {
  ...{ infoHash: new Uint8Array(20).fill(4), peerId: new Uint8Array(20).fill(5), port: 6881 },
  ...{ event: '', left: 1, price: 3n, currency: 'EUR', want: false }
}

describe('wallet: renewal', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  const start = Date.now()

  /** Days after the start, for the provider and this machine alike. */
  const day = (days: number): void => {
    server.clockMs = days * DAY_MS
  }
  beforeEach(async () => {
    provider = await TestProvider.create(start)
    server = new TestServer(provider)
    await server.listen()
    const { rootKey } = provider
    wallet = await Wallet.create({
      ...{ storage: memoryStorage(), passphrase: '', rootKey, api: server.url, scrypt: CHEAP },
      clock: () => server.now()
    })
  })
  afterEach(async () => {
    await wallet.close()
    await server.close()
  })

  it('F19: renews five days before the end of the certificate: the same account and keys', async () => {
    await register(wallet, 'card')
    const { uid, certificate, signer } = wallet
    day(24)
    assert.equal(await renew(wallet), false)
    assert.equal(wallet.certificate, certificate)
    day(26)
    assert.equal(await renew(wallet), true)
    assert.notDeepEqual(wallet.certificate, certificate)
    assert.deepEqual([wallet.uid, wallet.signer.publicKey], [uid, signer.publicKey])
    assert.equal(server.accounts.size, 1)
    assert.equal(await renew(wallet), false, 'until it is due again')
    day(50)
    await wallet.trust.issued('certificate', wallet.certificate, wallet.now())
    await assert.rejects(
      wallet.trust.issued('certificate', certificate, wallet.now()),
      code('expired')
    )
  })

  it('F20: an epoch ends while the wallet is open: the next one signs for it, in their overlap', async () => {
    await provider.rotate(start, 97 * DAY_MS)
    day(75)
    await register(wallet, 'card') // good for 30 days, were it not for its epoch
    day(91)
    const first = wallet.epoch
    assert.equal(await renew(wallet), false)
    await provider.rotate(server.now(), 97 * DAY_MS)
    day(93)
    await announce(wallet, swarm) // the new epoch comes with the peer list
    assert.deepEqual(wallet.epoch, first)
    assert.equal(await renew(wallet), true)
    assert.deepEqual(wallet.epoch, provider.epoch)
    day(105)
    const stranger = new Trust(wallet.crypto, provider.rootKey)
    await stranger.addEpoch(wallet.epoch, server.now())
    await stranger.issued('certificate', wallet.certificate, server.now())
    await announce(wallet, swarm)
  })

  it('a provider that has no later epoch yet is asked again later, and nothing is lost', async () => {
    await provider.rotate(start, 97 * DAY_MS)
    day(75)
    await register(wallet, 'card')
    day(93)
    assert.equal(await renew(wallet), false)
    await wallet.trust.issued('certificate', wallet.certificate, wallet.now())
    await provider.rotate(server.now(), 97 * DAY_MS)
    assert.equal(await renew(wallet), true)
  })
})
