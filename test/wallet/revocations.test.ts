// The revocation list: it comes with announces, goes on from what we have, and outlives the process.

import assert from 'node:assert/strict'
import { platformCrypto as crypto, toHex, type Revocation } from '@floodgate/protocol'
import { Wallet, announce, buy, memoryStorage, register } from '@floodgate/wallet'
import { DAY_MS, TestProvider } from './bed.ts'
import { TestServer } from './test-server.ts'

const swarm = {
  ...{ infoHash: new Uint8Array(20).fill(4), peerId: new Uint8Array(20).fill(5), port: 6881 },
  ...{ event: '', left: 1, price: 3n, currency: 'EUR', want: false }
}
const entry = (until = Date.now() + DAY_MS): Revocation => ({
  ...{ uid: crypto.random(16), reason: 'double-spend', evidence: crypto.random(32), until }
})

describe('wallet: revocations', () => {
  let provider: TestProvider
  let server: TestServer
  let wallet: Wallet
  const storage = memoryStorage()
  before(async () => {
    provider = await TestProvider.create()
  })
  beforeEach(async () => {
    server = new TestServer(provider)
    await server.listen()
    wallet = await server.wallet(storage)
    await register(wallet, 'card')
  })
  afterEach(async () => {
    await wallet.close()
    await storage.save(undefined as never)
    await server.close()
  })

  it('says its version, takes what comes, and asks for the rest when it is behind', async () => {
    server.revoked.push(...Array.from({ length: 40 }, () => entry()))
    assert.equal((await announce(wallet, swarm)).fault, undefined)
    const { revocations } = wallet.court
    assert.equal(revocations.version, 40)
    assert.ok(server.revoked.every(({ uid }) => revocations.has(uid) !== undefined))
    assert.equal(revocations.has(crypto.random(16)), undefined)
    server.revoked.push(entry(), { ...server.revoked[0]!, until: 0 })
    await announce(wallet, swarm)
    assert.deepEqual(
      server.announces.map(({ revoked }) => revoked),
      [0, 40]
    )
    assert.equal(revocations.version, 42)
    assert.equal(revocations.has(server.revoked[0]!.uid), undefined, 'lifted')
  })

  it('W7: survives a restart; what is over is forgotten, the head is not', async () => {
    server.revoked.push(entry(), entry(Date.now() - 1))
    await announce(wallet, swarm)
    await wallet.close()
    wallet = await Wallet.open({ storage, passphrase: '' })
    assert.equal(wallet.court.revocations.version, 2)
    assert.deepEqual(
      wallet.summary().revocations.entries.map(({ uid }) => uid),
      [toHex(server.revoked[0]!.uid)]
    )
    server.revoked.push(entry())
    assert.equal((await announce(wallet, swarm)).fault, undefined)
    assert.equal(wallet.court.revocations.version, 3)
  })

  it('G13: another history than the one we have is found out, and costs no purse', async () => {
    server.revoked.push(entry(), entry())
    await announce(wallet, swarm)
    server.revoked.splice(0, 2, entry(), entry(), entry())
    const { fault, purse } = await buy(wallet, swarm)
    assert.equal(fault?.code, 'conflict')
    assert.ok(purse)
    assert.equal(wallet.court.revocations.version, 2)
  })

  it('takes no list that the provider did not sign', async () => {
    const forger = new TestServer(await TestProvider.create())
    forger.revoked.push(entry())
    const forged = await forger.revocations(0)
    server.spoil = (list) => ({ ...list, revocations: forged })
    const { fault } = await announce(wallet, swarm)
    assert.equal(fault?.code, 'wrong-provider')
    assert.equal(wallet.court.revocations.version, 0)
  })
})
