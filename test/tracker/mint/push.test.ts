// Contents that are sealed until their release (F77), over HTTP: what is pushed to whom, who pays it, and the sale of keys.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import { bitmapOf, claimed, redeem } from './trade.ts'
import * as w from './world.ts'

const { crypto } = w
const HOUR_MS = 3600e3
const RELEASE = w.START + 24 * HOUR_MS
const sealed = { release: RELEASE, keyPrice: 25n }

describe('F77: sealed contents over HTTP', () => {
  let world: w.World
  let alice: w.Trader
  let bob: w.Trader
  let film: string
  /** What the host has of secrets. */
  let secrets: Map<string, (group: number) => Uint8Array>
  beforeEach(async () => {
    secrets = new Map()
    world = await w.startWorld({
      push: {
        keys: async (infoHash, group) => secrets.get(infoHash)?.(group),
        groups: 50,
        standingMinor: 10n
      }
    })
    alice = await w.register(world, 40n)
    bob = await w.register(world, 10n)
    film = await w.publish(world, { sealed })
    secrets.set(film, (group) => fg.utf8(`keys of group ${group}`))
  })
  afterEach(async () => {
    assert.deepEqual(world.errors, [])
    assert.deepEqual((await world.store.audit()).faults, [])
    await world.close()
  })

  let counter = 0
  async function askKeys(
    who: w.Trader,
    { infoHash = film, price = 25n, currency = 'EUR' } = {}
  ): Promise<string> {
    const body = { infoHash: fg.fromHex(infoHash), price, currency }
    const frame = await who.signer.sign('keyRequest', body, on())
    const answer = await w.outcome(await w.post(world, 'keys', frame))
    if (typeof answer === 'string') return answer
    const plain = fg.openSealed(crypto, who.boxSecret, answer)
    const said = await world.trust.issued('contentKeys', plain, world.clock.now)
    assert.deepEqual(said.request, crypto.sha256(frame))
    assert.equal(fg.toHex(said.infoHash), infoHash)
    return fg.fromUtf8(said.keys)!
  }
  const on = () => {
    const time = world.clock.now
    return { counter: ++counter, time, expiry: time + HOUR_MS }
  }
  async function offer(who: w.Trader, disk = 1e9): Promise<string> {
    const frame = await who.signer.sign('willing', { disk, uplink: 1e6 }, on())
    const answer = await w.outcome(await w.post(world, 'willing', frame))
    if (typeof answer === 'string') return answer
    const said = await world.trust.issued('pushOffers', answer, world.clock.now)
    assert.deepEqual(said.request, crypto.sha256(frame))
    return said.items
      .map(({ infoHash, paid, pieces }) => `${fg.toHex(infoHash)} ${pieces} ${paid}`)
      .join()
  }
  const budget = (amountMinor: bigint, infoHash = film) =>
    world.store.execute({ kind: 'budgetPush', infoHash, amountMinor, now: world.clock.now })
  const pushed = (who: w.Trader, infoHash = film) =>
    w.buy(world, who, infoHash, { want: fg.WANT.pushed, session: crypto.random(32) })

  it('sells no key before the release, says when, and takes nothing', async () => {
    world.clock.now = RELEASE - 1
    const body = { infoHash: fg.fromHex(film), price: 25n, currency: 'EUR' }
    const frame = await alice.signer.sign('keyRequest', body, on())
    const refused = (await (await w.post(world, 'keys', frame)).json()) as Record<string, string>
    assert.equal(refused['error'], 'not-released')
    assert.equal(refused['detail'], new Date(RELEASE).toISOString())
    assert.equal(await w.balanceOf(world, alice.uidHex), 40n)
  })

  it('sells a key once for each account, in one message, and gives the same again for nothing', async () => {
    world.clock.now = RELEASE
    const keys = await askKeys(alice)
    assert.match(keys, /^keys of group \d+$/)
    assert.equal(await askKeys(alice), keys)
    assert.equal(await w.balanceOf(world, alice.uidHex), 15n)
    assert.equal(await askKeys(alice, { price: 24n }), 'price-changed')
    assert.equal(await askKeys(alice, { currency: 'SEK' }), 'price-changed')
    assert.equal(await askKeys(bob), 'insufficient-funds')
    const open = await w.publish(world)
    assert.equal(await askKeys(alice, { infoHash: open }), 'unknown-content')
    assert.equal(await askKeys(alice, { infoHash: '0'.repeat(40) }), 'unknown-content')
    const { keys: sold } = world.tracker.counters.mint
    assert.equal(sold, 1)
  })

  it('takes no money for a key that it cannot give', async () => {
    world.clock.now = RELEASE
    secrets.clear()
    assert.equal(await askKeys(alice), 'no-source')
    assert.equal(await w.balanceOf(world, alice.uidHex), 40n)
  })

  it('tells the operator who bought the keys of a group, and nobody else', async () => {
    world.clock.now = RELEASE
    const group = /\d+/.exec(await askKeys(alice))![0]
    const ask = async (path: string, token = w.OPERATOR): Promise<string[]> => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`${world.url}/floodgate/v1/operator/buyers/${path}`, { headers })
      const said = (await response.json()) as { buyers?: { uid: string }[]; error?: string }
      return said.buyers?.map(({ uid }) => uid) ?? [said.error!]
    }
    assert.deepEqual(await ask(`${film}/${group}`), [alice.uidHex])
    assert.deepEqual(await ask(`${film}/${(Number(group) + 1) % 50}`), [])
    assert.deepEqual(await ask(`${film}/${group}`, 'guessed'), ['not-allowed'])
  })

  it('offers what is sealed, fits and is paid for, to accounts in good standing, until its hour', async () => {
    const poor = await w.register(world, 9n)
    const late = await w.publish(world, {
      sealed: { release: RELEASE + 1, keyPrice: 0n },
      pieces: 2
    })
    assert.equal(await offer(alice), '')
    await budget(60n)
    await budget(6n, late)
    assert.equal(await offer(poor), 'not-pushed')
    assert.equal(await offer(alice), `${film} 10 30,${late} 2 6`)
    assert.equal(await offer(alice, 2 * 16_384), `${late} 2 6`)
    world.clock.now = RELEASE
    assert.equal(await offer(bob), `${late} 2 6`)
    await assert.rejects(pushed(bob), /not-pushed/)
  })

  it('pays one purse for each account, out of the budget, to whoever said it is willing', async () => {
    await budget(60n)
    await assert.rejects(pushed(alice), /not-pushed/, 'it did not say so')
    for (const who of [alice, bob]) await offer(who)
    const bought = await pushed(alice)
    assert.deepEqual((await pushed(alice)).purse.purse, bought.purse.purse)
    await pushed(bob)
    const carol = await w.register(world, 10n)
    assert.equal(await offer(carol), '', 'nothing is left for her')
    assert.equal(await offer(alice), `${film} 10 30`, 'hers is paid')
    await assert.rejects(pushed(carol), /not-pushed/)
    assert.equal(await w.balanceOf(world, alice.uidHex), 40n)
    const of = await claimed(world, alice, bought, bob.uid, [0, 1])
    assert.deepEqual(await redeem(world, bob, [of]), ['ok 2 0 6'])
    assert.equal(await w.balanceOf(world, bob.uidHex), 16n)
  })

  it('pushes to nobody who stands by earnings only, as those may be of a purse that was pushed', async () => {
    await budget(60n)
    await offer(alice)
    const bought = await pushed(alice)
    const friend = await w.register(world)
    const of = await claimed(world, alice, bought, friend.uid, [0, 1, 2, 3, 4, 5])
    assert.deepEqual(await redeem(world, friend, [of]), ['ok 6 0 18'])
    assert.equal(await offer(friend), 'not-pushed')
    await assert.rejects(pushed(friend), /not-pushed/)
    await w.fund(world, friend.uidHex, 10n)
    assert.equal(await offer(friend), `${film} 10 30`)
  })

  it('G14: what is left of a pushed purse comes back to the provider, not to who held it', async () => {
    await budget(30n)
    await offer(alice)
    const { purse } = await pushed(alice)
    const time = world.clock.now
    const body = { purse: purse.purse, kept: bitmapOf([], purse.count) }
    const frame = await alice.signer.sign('cancel', body, { time, expiry: time + HOUR_MS })
    assert.ok((await w.outcome(await w.post(world, 'cancellations', frame))) instanceof Uint8Array)
    world.clock.now = time + 3 * 24 * HOUR_MS
    await world.tracker.settle()
    assert.equal(await w.balanceOf(world, alice.uidHex), 40n)
    assert.deepEqual(await world.store.pushBudget(film), { amountMinor: 30n, usedMinor: 0n })
  })
})
