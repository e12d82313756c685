// A wallet as a whole: keys at rest, registration, time, group commit, closing, history and blacklist.

import assert from 'node:assert/strict'
import {
  PROVIDER_UID,
  equal,
  fromBase64url,
  platformCrypto as crypto,
  toBase64url,
  type ErrorCode
} from '@floodgate/protocol'
import { SCRYPT_COST, Wallet, encodeState, memoryStorage } from '@floodgate/wallet'
import { API, CHEAP, DAY_MS, TestProvider, code } from './bed.ts'
import { TestDisk } from './disk.ts'

describe('wallet: keys and registration', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  const create = (storage = memoryStorage(), passphrase = 'pass') =>
    Wallet.create({ storage, passphrase, rootKey: provider.rootKey, api: `${API}/`, scrypt: CHEAP })

  it('makes keys, keeps them sealed, and opens them with the passphrase only', async () => {
    const disk = new TestDisk()
    const made = await create(disk.storage(), 'Zoë')
    assert.equal(made.registered, false)
    assert.equal(made.api, API)
    assert.deepEqual(made.uid, PROVIDER_UID)
    assert.equal(made.certificate.length + made.epoch.length, 0)
    const { publicKey } = made.signer
    const secret = made.boxSecret
    await made.close()
    const text = encodeState(disk.durable!)
    assert.ok(!text.includes(toBase64url(secret)), 'the box secret lies open')

    await assert.rejects(
      Wallet.open({ storage: disk.storage(), passphrase: 'Zoe' }),
      code('wrong-passphrase')
    )
    // The same passphrase from a keyboard that composes letters otherwise (NFD).
    const again = await Wallet.open({ storage: disk.storage(), passphrase: 'Zoe\u0308' })
    assert.deepEqual(again.signer.publicKey, publicKey)
    assert.deepEqual(again.boxSecret, secret)
    assert.deepEqual(again.rootKey, provider.rootKey)
    await again.close()
  })

  it('refuses to open nothing, to overwrite a wallet, and an api that is no address', async () => {
    const storage = memoryStorage()
    await assert.rejects(Wallet.open({ storage, passphrase: '' }), code('no-wallet'))
    const made = await create(storage, '')
    await made.close()
    await assert.rejects(create(storage), code('conflict'))
    await (await Wallet.open({ storage, passphrase: '' })).close()
    const options = { storage: memoryStorage(), passphrase: '', scrypt: CHEAP }
    const { rootKey } = provider
    await assert.rejects(Wallet.create({ ...options, rootKey, api: 'cdn' }), code('bad-option'))
    const noKey = new Uint8Array(32)
    await assert.rejects(Wallet.create({ ...options, rootKey: noKey, api: API }), code('bad-key'))
    const scrypt = { ...SCRYPT_COST, N: 2 ** 30 }
    await assert.rejects(
      Wallet.create({ ...options, rootKey, api: API, scrypt }),
      code('bad-option')
    )
  })

  it('F19: takes a certificate only if the provider signed it for these keys', async () => {
    const wallet = await create()
    const uid = crypto.random(16)
    const own = [wallet.signer.publicKey, wallet.boxKey] as const
    const certificate = await provider.certificate(uid, ...own)
    const stranger = await TestProvider.create()
    const forged = await stranger.certificate(uid, ...own)
    const accept = (frame: Uint8Array, epoch = provider.epoch, as = uid) =>
      wallet.acceptRegistration(as, frame, epoch)
    await assert.rejects(accept(certificate, new Uint8Array(0)), code('unknown-issuer'))
    await assert.rejects(accept(forged), code('wrong-provider'))
    await assert.rejects(accept(forged, stranger.epoch), code('wrong-provider'))
    await assert.rejects(
      accept(await provider.certificate(uid, own[0], crypto.boxPublicKey(crypto.random(32)))),
      code('bad-key')
    )
    await assert.rejects(accept(certificate, provider.epoch, crypto.random(16)), code('bad-field'))
    assert.equal(wallet.registered, false)
    await accept(certificate)
    await accept(certificate)
    assert.ok(wallet.registered && equal(wallet.uid, uid))
    assert.deepEqual(wallet.signer.uid, uid)
    assert.deepEqual(wallet.epoch, provider.epoch)
    const other = crypto.random(16)
    const second = await provider.certificate(other, ...own)
    await assert.rejects(accept(second, provider.epoch, other), code('conflict'))
    assert.equal(wallet.summary().events.filter(({ kind }) => kind === 'registered').length, 1)
    await wallet.close()
  })

  it('keeps uid, certificate, epoch and trust over a restart', async () => {
    const storage = memoryStorage()
    const first = await provider.wallet({ storage })
    const { uid, certificate } = first
    await first.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    assert.deepEqual([again.uid, again.certificate], [uid, certificate])
    assert.deepEqual(again.epoch, provider.epoch)
    await again.trust.issued('certificate', certificate, again.now())
    await again.close()
  })

  it('F85: follows the provider’s clock; counters rise whatever the clock does', async () => {
    const storage = memoryStorage()
    let machine = 1_000_000
    const clock = () => machine
    const { rootKey } = provider
    const options = { storage, passphrase: '', clock }
    const wallet = await Wallet.create({ ...options, rootKey, api: API, scrypt: CHEAP })
    assert.equal(wallet.now(), 1_000_000)
    wallet.setProviderTime(1_800_000_000_000)
    machine += 5
    assert.equal(wallet.now(), 1_800_000_000_005)
    const counters = [wallet.nextCounter(), wallet.nextCounter()]
    wallet.setProviderTime(5)
    counters.push(wallet.nextCounter())
    assert.deepEqual(counters, [1_800_000_000_005, 1_800_000_000_006, 1_800_000_000_007])
    await wallet.close()
    const again = await Wallet.open(options)
    assert.equal(again.now(), 5)
    assert.equal(again.nextCounter(), 1_800_000_000_008)
    await again.close()
  })

  it('opens with a clock that is wrong by years, and is right once the provider told the time', async () => {
    const storage = memoryStorage()
    const wallet = await provider.wallet({ storage })
    const { certificate } = wallet
    await wallet.close()
    const again = await Wallet.open({ storage, passphrase: 'pass', clock: () => 0 })
    assert.deepEqual(again.epoch, provider.epoch)
    again.setProviderTime(Date.now())
    await again.learnEpoch(again.epoch)
    await again.trust.issued('certificate', certificate, again.now())
    await again.close()
  })
})

describe('wallet: history and blacklist', () => {
  let provider: TestProvider
  before(async () => {
    provider = await TestProvider.create()
  })

  it('keeps the last 200 events', async () => {
    const wallet = await provider.wallet()
    for (let i = 0; i < 250; i++) wallet.note('n', String(i))
    const { events } = wallet.summary()
    assert.equal(events.length, 200)
    assert.equal(events[0]!.text, '50')
    await wallet.close()
  })

  it('W7, I5: remembers whom it does not trade with, by uid, with the evidence, over restarts', async () => {
    const storage = memoryStorage()
    const wallet = await provider.wallet({ storage })
    const uid = crypto.random(16)
    const evidence = [crypto.random(600), crypto.random(20_000), crypto.random(20_000)]
    const reason: ErrorCode = 'bad-voucher'
    wallet.blacklist.add({ uid, reason, evidence, at: 10, expiresAt: 20 })
    await wallet.close()
    const again = await Wallet.open({ storage, passphrase: 'pass' })
    const entry = again.blacklist.has(uid, 19)
    assert.deepEqual(entry, { uid, reason, evidence: evidence.slice(0, 2), at: 10, expiresAt: 20 })
    assert.equal(again.blacklist.has(uid, 20), undefined)
    assert.equal(again.blacklist.has(crypto.random(16), 19), undefined)
    again.blacklist.remove(uid)
    assert.equal(again.blacklist.has(uid, 19), undefined)
    await again.close()
  })

  it('bounds the blacklist in entries and in bytes: what expires first goes first', async () => {
    const wallet = await provider.wallet()
    const add = (i: number, bytes: number) => {
      const uid = new Uint8Array(16).fill(1)
      new DataView(uid.buffer).setUint32(0, i)
      const evidence = [new Uint8Array(bytes)]
      wallet.blacklist.add({ uid, reason: 'junk-piece', evidence, at: 0, expiresAt: DAY_MS + i })
      return uid
    }
    for (let i = 0; i < 300; i++) add(i, 10)
    assert.equal(wallet.blacklist.all().length, 256)
    assert.equal(Math.min(...wallet.blacklist.all().map((e) => e.expiresAt)), DAY_MS + 44)
    for (let i = 1000; i < 1100; i++) add(i, 32 * 1024)
    const bytes = wallet.blacklist.all().reduce((sum, e) => sum + e.evidence[0]!.length, 0)
    assert.ok(bytes <= 1024 * 1024 && bytes > 900 * 1024, String(bytes))
    assert.ok(wallet.blacklist.has(add(1099, 1), 0))
    await wallet.close()
  })

  it('uses scrypt as strong as is said unless told otherwise', async () => {
    const disk = new TestDisk()
    const wallet = await provider.wallet({ storage: disk.storage(), scrypt: undefined })
    await wallet.close()
    const { N, r, p } = disk.durable!.scrypt
    assert.deepEqual({ N, r, p }, { N: 32_768, r: 8, p: 1 })
    await (await Wallet.open({ storage: disk.storage(), passphrase: 'pass' })).close()
  })

  it('the scrypt cost in use and the salt stand in the state, the salt fresh for each wallet', async () => {
    const disks = [new TestDisk(), new TestDisk()]
    for (const disk of disks) await (await provider.wallet({ storage: disk.storage() })).close()
    const [a, b] = disks.map((disk) => disk.durable!.scrypt)
    assert.deepEqual({ N: a!.N, r: a!.r, p: a!.p }, CHEAP)
    assert.equal(fromBase64url(a!.salt)!.length, 16)
    assert.notEqual(a!.salt, b!.salt)
  })
})
