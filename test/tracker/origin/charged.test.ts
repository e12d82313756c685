// Pieces sold by HTTP, with a real wallet: what is paid is served and nothing else, once and never twice, and a token goes
// to the origin or to a seller, never to both.
import assert from 'node:assert/strict'
import {
  PROVIDER_UID,
  bits,
  emptyBitmap,
  fromHex,
  paidHash,
  platformCrypto,
  setBit,
  toHex,
  xorOfTokens
} from '@floodgate/protocol'
import {
  buy,
  originStanding,
  paidToOrigin,
  payOrigin,
  reserveToOrigin,
  type Purse,
  type Wallet
} from '@floodgate/wallet'
import { signRequest } from '../../../plugins/floodgate-wallet/src/provider-client.ts'
import { ORIGIN_PREFIX } from '../../../tracker-extension/src/origin/target.ts'
import { OriginStage, codeIn, type Answer, type Published } from './stage.ts'

const PIECE = 16_384
const ORIGIN = toHex(PROVIDER_UID)

describe('origin: charged', () => {
  let stage: OriginStage
  let film: Published
  let wallet: Wallet
  let purse: Purse

  async function buyPurse(by: Wallet): Promise<Purse> {
    const { purse: bought } = await buy(by, {
      ...{ infoHash: fromHex(film.infoHash), peerId: platformCrypto.random(20), port: 6881 },
      ...{ event: 'started', left: 1, price: 2n, currency: 'EUR' }
    })
    return bought!
  }

  beforeEach(async () => {
    stage = await OriginStage.start({ policy: 'charged' })
    film = await stage.publish({ 'film.mkv': 10 * PIECE - 5 }, { open: false })
    wallet = await stage.provider.wallet(100n)
    purse = await buyPurse(wallet)
  })
  afterEach(async () => {
    assert.deepEqual((await stage.provider.store.audit()).faults, [])
    await wallet.close()
    await stage.close()
  })

  /** A request to the origin as it stands behind a pass. */
  const get = (url: string, first: number, last = first): Promise<Answer> => {
    const { pathname } = new URL(`${url}film.mkv`)
    const range = { Range: `bytes=${first * PIECE}-${(last + 1) * PIECE - 1}` }
    return stage.ask(pathname.slice(ORIGIN_PREFIX.length), range)
  }
  const pay = (...indexes: number[]): Promise<string> => {
    for (const index of indexes) assert.ok(reserveToOrigin(purse, index), String(index))
    return payOrigin(wallet, purse)
  }
  const earned = async (uid = ORIGIN): Promise<bigint> =>
    (await stage.provider.store.account(uid))?.balanceMinor ?? 0n

  it('serves what was paid for, and nothing else (F22, I1)', async () => {
    assert.deepEqual(await originStanding(wallet, fromHex(film.infoHash)), {
      ...{ access: 'charged', isOpen: true }
    })
    const url = await pay(2, 3)
    assert.equal(await earned(), 4n)
    const { status, body } = await get(url, 2, 3)
    assert.equal(status, 206)
    assert.ok(body.equals(film.files['film.mkv']!.subarray(2 * PIECE, 4 * PIECE)))
    for (const [first, last] of [
      [1, 1],
      [3, 4],
      [1, 2],
      [0, 9]
    ] as const) {
      const refused = await get(url, first, last)
      assert.deepEqual([refused.status, codeIn(refused)], [402, 'unpaid'])
    }
    // A byte of the next piece is of the next piece.
    const { pathname } = new URL(`${url}film.mkv`)
    const path = pathname.slice(ORIGIN_PREFIX.length)
    assert.equal((await stage.ask(path, { Range: `bytes=${2 * PIECE}-${4 * PIECE}` })).status, 402)
    assert.equal((await stage.ask(path)).status, 402)
    assert.equal((await stage.ask(`${film.infoHash}/film.mkv`, { Range: 'bytes=0-0' })).status, 402)
  })

  it('gives what costs nothing to anybody while it is open, and what is sold behind it to who paid', async () => {
    film = await stage.publish({ 'film.mkv': 10 * PIECE - 5 }, { open: false, free: 2 })
    purse = await buyPurse(wallet)
    const free = (range: string): Promise<Answer> =>
      stage.ask(`${film.infoHash}/film.mkv`, { Range: `bytes=${range}` })
    assert.equal((await free(`0-${2 * PIECE - 1}`)).status, 206)
    assert.equal((await free(`0-${2 * PIECE}`)).status, 402)
    const url = await pay(2)
    assert.equal((await get(url, 0, 2)).status, 206)
    stage.origin.set(film.infoHash, { state: 'throttled' })
    assert.equal(codeIn(await free('0-9')), 'origin-busy')
    assert.equal((await get(url, 0, 2)).status, 206)
  })

  it('gives what was paid for as often as a seller would, and no more (F51)', async () => {
    const url = await pay(0)
    for (let times = 0; times < 4; times++) assert.equal((await get(url, 0)).status, 206)
    assert.equal(codeIn(await get(url, 0)), 'too-many-resends')
    assert.equal(codeIn(await get(await payOrigin(wallet, purse), 0)), 'too-many-resends')
    await pay(1)
    assert.equal((await get(url, 1)).status, 206)
  })

  it('books no more than it sent', async () => {
    const url = await pay(0)
    const { pathname } = new URL(`${url}film.mkv`)
    stage.origin.set(film.infoHash, { state: 'open', rateBytes: 1 })
    const range = { Range: `bytes=0-${PIECE - 1}` }
    const tap = () => stage.origin.status()[film.infoHash]!
    for (let times = 0; times < 6; times++) {
      const answer = await stage.begin(pathname, range)
      assert.equal(answer.statusCode, 206)
      answer.destroy()
      while (tap().active > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    }
    assert.ok(tap().sentBytes <= PIECE)
  })

  it('G3: a request for pieces is good once', async () => {
    const request = { purse: purse.id, bitmap: emptyBitmap(purse.count), voucher: new Uint8Array() }
    const frame = await signRequest(wallet, 'originRequest', request)
    const ask = async (): Promise<unknown> => {
      const response = await fetch(`${stage.provider.url}/floodgate/v1/origin`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: frame.slice()
      })
      return ((await response.json()) as { error?: string }).error
    }
    assert.notEqual(await ask(), 'replayed')
    assert.equal(await ask(), 'replayed')
  })

  it('charges nothing for a repetition (I3, G14)', async () => {
    const first = await pay(0)
    assert.equal((await get(first, 0)).status, 206)
    assert.equal((await get(first, 0)).status, 206)
    const second = await payOrigin(wallet, purse)
    assert.equal((await get(second, 0)).status, 206)
    assert.equal(await earned(), 2n)
    assert.deepEqual(paidToOrigin(purse), [0])
    const url = await pay(9)
    assert.equal(await earned(), 4n)
    assert.equal((await get(url, 9)).body.length, PIECE - 5)
    assert.equal((await get(first, 9)).status, 206)
  })

  it('gives a token to the origin or to a seller, never to both (I3)', async () => {
    const seller = platformCrypto.random(16)
    assert.ok(purse.reserve(1, seller))
    assert.equal(reserveToOrigin(purse, 1), false)
    await pay(2)
    assert.equal(purse.reserve(2, seller), false)
    await purse.reservationSaved([1])
    purse.pay(seller, [1])
    assert.equal(reserveToOrigin(purse, 1), false)
    assert.deepEqual(paidToOrigin(purse), [2])
  })

  it('pays out of escrow: what is left goes back when the purse closes (I1, I4)', async () => {
    await pay(0, 1, 2)
    const { store } = stage.provider
    const purseId = toHex(purse.id)
    const { expiresAt } = (await store.purse(purseId))!
    await store.execute({ kind: 'close', purseId, now: expiresAt })
    assert.equal(await earned(), 6n)
    assert.equal(await earned(toHex(wallet.uid)), 94n)
    // What was paid is delivered all the same; nothing more is sold.
    assert.equal((await get(await payOrigin(wallet, purse), 0, 2)).status, 206)
    reserveToOrigin(purse, 3)
    await assert.rejects(payOrigin(wallet, purse), { code: 'purse-closed' })
    assert.equal(await earned(), 6n)
  })

  it('delivers what was paid in every state (D3)', async () => {
    const url = await pay(0)
    for (const state of ['throttled', 'closed'] as const) {
      stage.origin.set(film.infoHash, { state })
      assert.equal((await get(url, 0)).status, 206)
      assert.equal((await originStanding(wallet, fromHex(film.infoHash))).isOpen, false)
    }
  })

  it('charges nothing that it could not deliver (W12)', async () => {
    stage.pieces.set(film.infoHash, () => new Uint8Array(PIECE))
    await assert.rejects(pay(4), { code: 'no-source' })
    assert.equal(await earned(), 0n)
    const whole = film.files['film.mkv']!
    stage.pieces.set(film.infoHash, (index) => whole.subarray(PIECE * index, PIECE * (index + 1)))
    assert.equal((await get(await payOrigin(wallet, purse), 4)).status, 206)
    assert.equal(await earned(), 2n)
  })

  it('a pass is for its content and its time, and nobody else makes one', async () => {
    const url = await pay(0)
    const other = await stage.publish({ 'film.mkv': PIECE }, { open: false })
    const change = async (to: (url: string) => string): Promise<unknown> =>
      codeIn(await get(to(url), 0))
    assert.equal(await change((text) => text.replace(film.infoHash, other.infoHash)), 'unpaid')
    for (let at = url.indexOf('.', url.indexOf(film.infoHash)) + 1; at < url.length - 1; at += 5) {
      const letter = url[at] === 'A' ? 'B' : 'A'
      const changed = await get(`${url.slice(0, at)}${letter}${url.slice(at + 1)}`, 0)
      assert.equal(codeIn(changed), 'unpaid', String(at))
    }
    assert.equal(await change((text) => text.replace(/\.[^/.]*\/$/, '.AAAA/')), 'unpaid')
  })

  it('takes no request but the buyer’s own, with a voucher that adds up', async () => {
    const good = emptyBitmap(purse.count)
    setBit(good, 5)
    const ask = async (by: Wallet, change: object = {}, bitmap = good): Promise<Answer> => {
      const time = wallet.now()
      const voucher = await by.signer.sign(
        'voucher',
        {
          ...{ payee: PROVIDER_UID, purse: purse.id, count: [...bits(bitmap)].length },
          xor: xorOfTokens(platformCrypto, purse.seed, bitmap),
          paid: paidHash(platformCrypto, bitmap),
          ...{ items: new Uint8Array(32), delivery: new Uint8Array(32) },
          ...change
        },
        { time, expiry: time + 1000 }
      )
      const body = { purse: purse.id, bitmap, voucher }
      const frame = await signRequest(by, 'originRequest', body)
      const said = await fetch(`${stage.provider.url}/floodgate/v1/origin`, {
        ...{ method: 'POST', body: frame.slice() },
        headers: { 'content-type': 'application/octet-stream' }
      })
      return { status: said.status, headers: {}, body: Buffer.from(await said.arrayBuffer()) }
    }
    const thief = await stage.provider.wallet(100n)
    try {
      assert.equal(codeIn(await ask(thief)), 'unknown-purse')
      const rows: [change: object, code: string][] = [
        [{ payee: thief.uid }, 'bad-voucher'],
        [{ xor: new Uint8Array(32) }, 'bad-voucher'],
        [{ count: 2 }, 'bad-voucher'],
        [{ paid: new Uint8Array(32) }, 'bad-voucher']
      ]
      for (const [change, code] of rows) assert.equal(codeIn(await ask(wallet, change)), code)
      assert.equal(await earned(), 0n)
      assert.equal((await ask(wallet)).status, 200)
      assert.equal(await earned(), 2n)
    } finally {
      await thief.close()
    }
  })

  it('a token that a seller was paid for convicts who gives it to the origin too', async () => {
    const { store } = stage.provider
    const seller = await stage.provider.wallet()
    const bitmap = emptyBitmap(purse.count)
    setBit(bitmap, 7)
    const claim = {
      claimId: 'c',
      payee: toHex(seller.uid),
      purseId: toHex(purse.id),
      bitmap,
      count: 1
    }
    const voucher = new Uint8Array(8)
    await store.execute({ kind: 'redeem', claims: [{ ...claim, voucher }], now: wallet.now() })
    await pay(7)
    // Both are paid, the second out of his balance; and he is out.
    assert.equal(await earned(), 2n)
    assert.equal(await earned(toHex(wallet.uid)), 78n)
    await assert.rejects(payOrigin(wallet, purse), { code: 'revoked' })
    await seller.close()
  })
})
