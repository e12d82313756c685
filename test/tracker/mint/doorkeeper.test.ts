// Floods of bad messages cost little: they are refused before anything is verified, and who is honest gets through, also
// from the same address.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import type { FloodgateTrackerOptions } from '@floodgate/tracker'
import { Doorkeeper } from '../../../tracker-extension/src/mint/doorkeeper.ts'
import {
  announceHttp,
  announceMessage,
  crypto,
  outcome,
  post,
  publish,
  register,
  registerMessage,
  startWorld,
  type Trader,
  type World
} from './world.ts'

/** Fills so slowly that no test sees it. */
const few = (burst: number): { perSecond: number; burst: number } => ({ perSecond: 0.001, burst })
const code = (error: unknown): boolean => fg.codeOf(error) === 'too-many-requests'

describe('mint: the doorkeeper', () => {
  it('F65: a host has so many unproven messages in hand; what proves good frees its place', () => {
    const keeper = new Doorkeeper({ unproven: few(2) })
    const first = keeper.expectProof('host', 'a')
    keeper.expectProof('host', 'b')
    assert.throws(() => keeper.expectProof('host', 'c'), code)
    keeper.expectProof('elsewhere', 'c')
    first.proven()
    keeper.expectProof('host', 'c')
    assert.throws(() => keeper.expectProof('host', 'd'), code)
  })

  it('F65: who proved itself from a host has places of its own there, and there alone', () => {
    const keeper = new Doorkeeper({ unproven: few(1), unprovenOfKnown: few(2) })
    keeper.expectProof('host', 'honest').proven()
    keeper.expectProof('host', 'a')
    assert.throws(() => keeper.expectProof('host', 'b'), code)
    for (let i = 0; i < 50; i++) keeper.expectProof('host', 'honest').proven()
    // A flood in its name spends what it has, and only there.
    keeper.expectProof('host', 'honest')
    keeper.expectProof('host', 'honest')
    assert.throws(() => keeper.expectProof('host', 'honest'), code)
    keeper.expectProof('elsewhere', 'honest')
  })

  it('F65: garbage that is cheap to refuse makes nobody known', () => {
    const keeper = new Doorkeeper({ unproven: few(1), unprovenOfKnown: few(9) })
    keeper.expectProof('host', 'api').cheap()
    keeper.expectProof('host', 'api')
    assert.throws(() => keeper.expectProof('host', 'api'), code)
  })

  it('F65: a flood from everywhere spends what is there for strangers; who is known goes on', () => {
    const keeper = new Doorkeeper({ unprovenOfAll: few(5) })
    keeper.expectProof('host', 'honest').proven()
    for (let i = 0; i < 5; i++) keeper.expectProof(`host ${i}`, 'a')
    assert.throws(() => keeper.expectProof('another', 'a'), code)
    keeper.expectProof('host', 'honest').proven()
  })

  it('wrong rates are refused at start', () => {
    for (const rate of [
      { perSecond: 0, burst: 1 },
      { perSecond: 1, burst: 0 }
    ]) {
      assert.throws(
        () => new Doorkeeper({ requests: rate }),
        (error) => fg.codeOf(error) === 'bad-option'
      )
    }
  })
})

describe('mint: floods', () => {
  let world: World
  let verified: number
  /** A crypto library that counts signature checks. */
  const counting: fg.Crypto = {
    ...crypto,
    verify(...given) {
      verified++
      return crypto.verify(...given)
    }
  }
  beforeEach(() => (verified = 0))
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })
  const start = async (options: Partial<FloodgateTrackerOptions>): Promise<void> => {
    world = await startWorld({ crypto: counting, ...options })
  }
  /** Somebody who signs in the name of `uid` with another key. */
  const impostorOf = (uid: Uint8Array): Pick<Trader, 'signer'> => {
    const key = crypto.signKey(crypto.random(32))
    return { signer: fg.createSigner(crypto, key, uid, world.provider) }
  }

  it('F28, F65: wrong signatures beyond the budget are refused before they are verified; a known account is still served', async () => {
    await start({ rates: { unproven: few(10) } })
    const content = await publish(world)
    const [honest, other] = [await register(world), await register(world)]
    const announce = async (who: Pick<Trader, 'signer'>): Promise<string> => {
      const envelope = await announceMessage(world, who, content, { want: 0 })
      return (await announceHttp(world, content, envelope)).code
    }
    assert.equal(await announce(honest), '')
    verified = 0
    const codes = new Map<string, number>()
    for (let i = 0; i < 60; i++) {
      const code = await announce(impostorOf(other.uid))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    assert.deepEqual(Object.fromEntries(codes), { 'bad-signature': 10, 'too-many-requests': 50 })
    assert.equal(verified, 10)
    assert.equal(await announce(honest), '')
    assert.equal(await announce(other), 'too-many-requests')
  })

  it('F65: an unknown account costs as much as a wrong signature', async () => {
    await start({ rates: { unproven: few(4) } })
    const content = await publish(world)
    const honest = await register(world)
    for (let i = 0; i < 4; i++) {
      const envelope = await announceMessage(world, impostorOf(crypto.random(16)), content)
      assert.equal((await announceHttp(world, content, envelope)).code, 'unknown-account')
    }
    const envelope = await announceMessage(world, honest, content, { want: 0 })
    assert.equal((await announceHttp(world, content, envelope)).code, 'too-many-requests')
  })

  it('G3, F65: so does a captured announce that is sent again', async () => {
    await start({ rates: { unproven: few(4), unprovenOfKnown: few(2) } })
    const content = await publish(world)
    const captured = await announceMessage(world, await register(world), content, { want: 0 })
    const codes = []
    for (let i = 0; i < 8; i++) codes.push((await announceHttp(world, content, captured)).code)
    const replayed = Array<string>(6).fill('replayed')
    assert.deepEqual(codes, ['', ...replayed, 'too-many-requests'])
    assert.equal(verified, 1 + 7)
  })

  it('F65: a short while later an honest newcomer at the flooded address is served', async () => {
    await start({ rates: { unproven: { perSecond: 100, burst: 5 } } })
    const content = await publish(world)
    const honest = await register(world)
    const bad = await announceMessage(world, impostorOf(honest.uid), content)
    await Promise.all(
      Array.from({ length: 50 }, (_, i) => announceHttp(world, content, bad, { port: 7000 + i }))
    )
    let tries = 0
    const good = await announceMessage(world, honest, content, { want: 0 })
    while ((await announceHttp(world, content, good)).code !== '') tries++
    assert.ok(tries < 1000)
  })

  it('an account announces only so often, however good its signatures', async () => {
    await start({ rates: { announces: few(3) } })
    const content = await publish(world)
    const eager = await register(world)
    const codes = []
    for (let i = 0; i < 4; i++) {
      const envelope = await announceMessage(world, eager, content, { want: 0 })
      codes.push((await announceHttp(world, content, envelope)).code)
    }
    assert.deepEqual(codes, ['', '', '', 'too-many-requests'])
  })

  it('F66: registrations of one host come to an end, and other requests go on', async () => {
    await start({ rates: { registrations: few(3) } })
    for (let i = 0; i < 3; i++) await register(world)
    const key = crypto.signKey(crypto.random(32))
    const message = await registerMessage(world, key, crypto.boxPublicKey(crypto.random(32)))
    const response = await post(world, 'register', message)
    assert.equal(response.status, 429)
    assert.equal(await outcome(response), 'too-many-requests')
    assert.equal((await fetch(`${world.url}/floodgate/v1/provider`)).status, 200)
  })

  it('F65: requests of one host come to an end; the operator’s do not', async () => {
    await start({ rates: { requests: few(4) } })
    const statuses = []
    for (let i = 0; i < 6; i++) {
      statuses.push((await fetch(`${world.url}/floodgate/v1/contents`)).status)
    }
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429])
    await publish(world)
    const uid = (await register(world, 5n)).uidHex
    assert.equal((await world.store.account(uid))!.balanceMinor, 5n)
  })

  it('F62, F65: bad messages to the API are not looked at beyond the budget', async () => {
    // As a host that somebody proved himself from, and as any other.
    await start({ rates: { unprovenOfKnown: few(2), unproven: few(3) } })
    const honest = await register(world)
    const forged = impostorOf(honest.uid)
    const ask = async (who: Pick<Trader, 'signer'>, counter: number): Promise<string> => {
      const on = { time: world.clock.now, expiry: world.clock.now, counter }
      const message = await who.signer.sign('accountRequest', { what: 'account' }, on)
      const answer = await outcome(await post(world, 'account', message))
      return typeof answer === 'string' ? answer : ''
    }
    for (let i = 1; i < 20; i++) assert.equal(await ask(honest, i), '')
    verified = 0
    for (let i = 0; i < 5; i++) assert.equal(await ask(forged, 100), 'bad-signature')
    for (let i = 0; i < 20; i++) {
      assert.equal(
        await outcome(await post(world, 'claims', crypto.random(900))),
        'too-many-requests'
      )
      assert.equal(await ask(forged, 100), 'too-many-requests')
    }
    assert.equal(verified, 5)
  })
})
