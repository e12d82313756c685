// Each route of the API on a real server, with what it gives and what it refuses.
import assert from 'node:assert/strict'
import * as fg from '@floodgate/protocol'
import type { OwnListJson } from '@floodgate/tracker'
import { claimed, redeem, requestMessage } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import { expectDocumented } from './documented.ts'

const { crypto } = w
type Json = Record<string, unknown>

describe('api: what the provider offers over HTTP', () => {
  let world: w.World
  before(async () => {
    world = await w.startWorld()
  })
  after(async () => {
    assert.deepEqual(world.errors, [])
    await world.close()
  })
  const get = async (path: string) => {
    const response = await fetch(`${world.url}/floodgate/v1/${path}`)
    await expectDocumented('GET', `/${path}`, response)
    return response
  }
  const operate = (path: string, body: Uint8Array | string, type?: string) => {
    const authorization = `Bearer ${w.OPERATOR}`
    return w.post(
      world,
      path,
      body,
      type ? { authorization, 'content-type': type } : { authorization }
    )
  }

  let counter = 0
  const askStanding = async (who: Pick<w.Trader, 'signer'>, time = world.clock.now) => {
    const on = { time, expiry: time, counter: ++counter }
    const message = await who.signer.sign('accountRequest', { what: 'account' }, on)
    return w.post(world, 'account', message)
  }
  const standing = async (who: w.Trader) => {
    const { uid, balance, escrow, earned, spent, currency } = (await (
      await askStanding(who)
    ).json()) as Json
    assert.deepEqual([uid, currency], [who.uidHex, 'EUR'])
    return [balance, escrow, earned, spent]
  }

  it('F20: says who it is, with the newest epoch', async () => {
    const said = (await (await get('provider')).json()) as Json
    assert.deepEqual(said, {
      name: 'Test',
      rootKey: fg.toBase64url(world.keys.rootKey),
      epoch: fg.toBase64url(world.keys.epochs[0]!.frame),
      currency: 'EUR',
      leaseMs: 24 * 3600e3,
      time: world.clock.now,
      version: 1
    })
  })

  it('F16–F19: registers keys; the same keys again get the same uid and a fresh certificate', async () => {
    const key = crypto.signKey(crypto.random(32))
    const secret = crypto.random(32)
    const message = await w.registerMessage(world, key, crypto.boxPublicKey(secret))
    const answers: fg.Message<'registered'>[] = []
    for (let i = 0; i < 2; i++) {
      const sealed = (await w.outcome(await w.post(world, 'register', message))) as Uint8Array
      answers.push(fg.decode(fg.openSealed(crypto, secret, sealed), 'registered').message)
      world.clock.now += 1000
    }
    const certificates = await Promise.all(
      answers.map((answer) =>
        world.trust.issued('certificate', answer.certificate, world.clock.now)
      )
    )
    const [first, second] = certificates
    assert.deepEqual(second!.uid, first!.uid)
    assert.equal(second!.expiry - first!.expiry, 1000)
    assert.equal(first!.expiry - first!.time, 90 * 24 * 3600e3)
    assert.deepEqual([first!.roles, first!.signKey], [3, key.publicKey])
  })

  it('F18: keys of low order, foreign networks and broken proofs get no account', async () => {
    const key = crypto.signKey(crypto.random(32))
    const boxKey = crypto.boxPublicKey(crypto.random(32))
    const good = await w.registerMessage(world, key, boxKey)
    const flipped = good.slice()
    flipped[flipped.length - 1]! ^= 1
    const low = { ...key, publicKey: new Uint8Array(32) }
    const foreign = await w.registerMessage({ ...world, provider: crypto.random(32) }, key, boxKey)
    const other = { ...key, publicKey: crypto.signKey(crypto.random(32)).publicKey }
    const cases: [code: fg.ErrorCode, message: Uint8Array][] = [
      ['bad-key', await w.registerMessage(world, key, new Uint8Array(32))],
      ['bad-key', await w.registerMessage(world, low, boxKey)],
      ['bad-signature', flipped],
      ['bad-signature', await w.registerMessage(world, other, boxKey)],
      ['wrong-provider', foreign],
      ['unexpected-message', fg.encode('reject', { code: '', message: 0, indexes: [] })]
    ]
    for (const [code, message] of cases) {
      assert.equal(await w.outcome(await w.post(world, 'register', message)), code)
    }
    assert.equal(typeof (await w.outcome(await w.post(world, 'register', good))), 'object')
    const moved = await w.registerMessage(world, key, crypto.boxPublicKey(crypto.random(32)))
    assert.equal(await w.outcome(await w.post(world, 'register', moved)), 'conflict')
  })

  it('F3: contents are listed and their torrents handed out', async () => {
    const torrent = w.torrentOf(world, { pieces: 5, price: 4n })
    const response = await operate('operator/contents', torrent, 'application/x-bittorrent')
    const published = (await response.json()) as { infoHash: string }
    const listed = (await (await get('contents')).json()) as Json[]
    const own = listed.find(({ infoHash }) => infoHash === published.infoHash)
    assert.deepEqual(own, published)
    assert.deepEqual(own, {
      ...{ infoHash: published.infoHash, name: 'content', pieces: 5, pieceLength: 16384 },
      length: 5 * 16384,
      ...{ price: '4', currency: 'EUR', mode: 'closed', free: 0 }
    })
    const file = await get(`contents/${published.infoHash}.torrent`)
    assert.equal(file.headers.get('content-type'), 'application/x-bittorrent')
    assert.deepEqual(new Uint8Array(await file.arrayBuffer()), torrent)
    assert.equal(
      await w.outcome(await get(`contents/${'0'.repeat(40)}.torrent`)),
      'unknown-content'
    )
    assert.equal(await w.outcome(await get('contents/x y.torrent')), 'bad-request')
  })

  it('F79: an account is named as the provider’s own once, and only one that is there', async () => {
    const { uidHex: uid } = await w.register(world)
    for (const repeated of [false, true]) {
      const answer = await operate('operator/own', JSON.stringify({ uid }))
      assert.deepEqual(await answer.json(), { uid, repeated })
    }
    const { repeated } = await world.store.execute({ kind: 'ownAccount', uid, now: 1 })
    assert.ok(repeated, 'the ledger has it')
    const headers = { Authorization: `Bearer ${w.OPERATOR}` }
    const listed = await fetch(`${world.url}/floodgate/v1/operator/own`, { headers })
    const { accounts } = (await listed.json()) as OwnListJson
    assert.deepEqual(
      accounts.map((one) => one.uid),
      [uid]
    )
    const stranger = JSON.stringify({ uid: '0'.repeat(32) })
    assert.equal(await w.outcome(await operate('operator/own', stranger)), 'unknown-account')
    assert.equal(await w.outcome(await operate('operator/own', '{}')), 'bad-request')
  })

  it('a content is withdrawn from sale once, and is for sale again when it is published', async () => {
    const torrent = w.torrentOf(world, { pieces: 4 })
    const publish = () => operate('operator/contents', torrent, 'application/x-bittorrent')
    const { infoHash } = (await (await publish()).json()) as { infoHash: string }
    const isListed = async (): Promise<boolean> =>
      ((await (await get('contents')).json()) as Json[]).some((one) => one.infoHash === infoHash)
    for (const repeated of [false, true]) {
      const answer = await operate('operator/withdraw', JSON.stringify({ infoHash }))
      assert.deepEqual(await answer.json(), { infoHash, name: 'content', repeated })
      assert.equal(await isListed(), false)
    }
    // Whoever has a purse may still need its file.
    assert.equal((await get(`contents/${infoHash}.torrent`)).status, 200)
    await publish()
    assert.equal(await isListed(), true)
    const unknown = JSON.stringify({ infoHash: '0'.repeat(40) })
    assert.equal(await w.outcome(await operate('operator/withdraw', unknown)), 'unknown-content')
    assert.equal(await w.outcome(await operate('operator/withdraw', '{}')), 'bad-request')
  })

  it('without the operator’s token nothing is booked or published', async () => {
    const order = JSON.stringify({ uid: '', amount: '', reason: '', id: '' })
    for (const authorization of ['', 'Bearer', 'Bearer x', w.OPERATOR, `bearer ${w.OPERATOR}`]) {
      for (const path of [
        'operator/deposits',
        'operator/contents',
        'operator/own',
        'operator/withdraw'
      ]) {
        const response = await w.post(world, path, order, { authorization })
        assert.equal(response.status, 403)
        assert.equal(await w.outcome(response), 'not-allowed')
      }
    }
  })

  it('an account’s owner, and nobody else, sees balance, escrow, earned and spent', async () => {
    const buyer = await w.register(world, 100n)
    const seller = await w.register(world)
    const bought = await w.buy(world, buyer, await w.publish(world))
    await redeem(world, seller, [await claimed(world, buyer, bought, seller.uid, [0, 1])])
    assert.deepEqual(await standing(buyer), ['70', '24', '0', '6'])
    assert.deepEqual(await standing(seller), ['6', '0', '6', '0'])
    world.clock.now += 32 * 24 * 3600e3
    await world.tracker.settle()
    assert.deepEqual(await standing(buyer), ['94', '0', '0', '6'])

    const key = crypto.signKey(crypto.random(32))
    const impostor = { signer: fg.createSigner(crypto, key, buyer.uid, world.provider) }
    assert.equal(await w.outcome(await askStanding(impostor)), 'bad-signature')
    const late = await askStanding(buyer, world.clock.now - 700_000)
    assert.equal(late.status, 409)
    const { error, time } = (await late.json()) as Json
    assert.deepEqual([error, time], ['clock', world.clock.now])
    counter = 0
    assert.equal(await w.outcome(await askStanding(buyer)), 'replayed')
    counter = 100
  })

  it('a debt of a token given to two sellers counts as spent and earned, also when it is paid at the end', async () => {
    const buyer = await w.register(world, 30n)
    const [first, second] = [await w.register(world), await w.register(world)]
    const bought = await w.buy(world, buyer, await w.publish(world))
    await redeem(world, first, [await claimed(world, buyer, bought, first.uid, [0, 1, 2, 3, 4])])
    await redeem(world, second, [await claimed(world, buyer, bought, second.uid, [4, 5])])
    assert.deepEqual(await standing(buyer), ['0', '12', '0', '18'])
    world.clock.now += 32 * 24 * 3600e3
    await world.tracker.settle()
    assert.deepEqual(await standing(buyer), ['9', '0', '0', '21'])
    assert.deepEqual(await standing(first), ['15', '0', '15', '0'])
    assert.deepEqual(await standing(second), ['6', '0', '6', '0'])
  })

  it('F38, F39, G7: token hashes go to the seller whom the buyer asked for a piece, and to nobody else', async () => {
    const buyer = await w.register(world, 100n)
    const seller = await w.register(world)
    const bought = await w.buy(world, buyer, await w.publish(world, { pieces: 7 }))
    const ask = async (who: w.Trader, request: Uint8Array) => {
      const on = { time: world.clock.now, expiry: world.clock.now }
      const message = await who.signer.sign('hashRequest', { request }, on)
      const answer = await w.outcome(await w.post(world, 'hashes', message))
      return { message, answer }
    }
    const request = await requestMessage(world, buyer, bought, seller.uid)
    const { message, answer } = await ask(seller, request)
    assert.ok(typeof answer === 'object')
    const list = await world.trust.issued('hashList', answer, world.clock.now)
    assert.deepEqual(list.session, crypto.sha256(message))
    assert.deepEqual(list.purse, bought.purse.purse)
    const leaf = (i: number) => fg.leafHash(crypto.sha256, i, bought.tokens.token(i))
    assert.deepEqual(list.hashes, fg.concat(...[0, 1, 2, 3, 4, 5, 6].map(leaf)))

    const spy = await w.register(world)
    const make = (change: Partial<fg.Message<'request'>>) =>
      requestMessage(world, buyer, bought, seller.uid, change)
    const flipped = request.slice()
    flipped[flipped.length - 1]! ^= 1
    const cases: [code: fg.ErrorCode, who: w.Trader, request: Uint8Array][] = [
      ['wrong-purse', spy, request],
      ['wrong-purse', seller, await requestMessage(world, spy, bought, seller.uid)],
      ['wrong-purse', seller, await make({ infoHash: crypto.random(20) })],
      ['unknown-purse', seller, await make({ purse: crypto.random(16) })],
      ['bad-signature', seller, flipped],
      ['unknown-message', seller, new Uint8Array(80)]
    ]
    for (const [code, who, shown] of cases) assert.equal((await ask(who, shown)).answer, code)
  })

  it('I7: the status counts what was asked', async () => {
    const before = (await (await get('status')).json()) as { mint: Json; tracker: Json }
    await get('provider')
    const after = (await (await get('status')).json()) as { mint: Json; tracker: Json }
    assert.equal(Number(after.tracker['apiRequests']) - Number(before.tracker['apiRequests']), 2)
    assert.equal(after.mint['purchases'], before.mint['purchases'])
  })
})
