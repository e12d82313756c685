// The trade over a network that loses, repeats and reorders messages and breaks connections: whatever
// happens, nobody pays twice, nobody is out by more than the limit, and everything adds up in the end.

import assert from 'node:assert/strict'
import { bits, decode, equal, fromHex, hasBit, paidHash, toHex } from '@floodgate/protocol'
import { account, buy, claim } from '@floodgate/wallet'
import { TestProvider } from '../../support/provider.ts'
import { Network, type Faults } from './network.ts'
import { paperShop, partsShop, PIECES, type Shop } from './shops.ts'
import { SimLink, SimPeer, type Setting } from './sim-peer.ts'

const RUNS = Number(process.env['FLOODGATE_SEEDS'] ?? 12)
const LONGEST_MS = 3_600_000

interface World {
  network: Network
  peers: SimPeer[]
}

async function makeWorld(
  seed: number,
  faults: Faults,
  limitMax: number,
  shop: Shop
): Promise<World> {
  const network = new Network(seed, faults)
  const { infoHash, free = 0 } = shop
  const setting: Setting = { infoHash, pieceCount: PIECES, network, limitMax, free }
  const peers: SimPeer[] = []
  for (const name of ['seeder', 'anna', 'bert', 'cleo']) {
    const wallet = await shop.wallet()
    if (name !== 'seeder') await shop.sellPurse(wallet)
    peers.push(new SimPeer(name, wallet, setting, name === 'seeder'))
  }
  return { network, peers }
}

/** I2 and W6: at no moment is more than the limit owed to a seller, and the limit follows what was paid. */
function checkLimits({ peers }: World): void {
  for (const seller of peers) {
    for (const buyer of peers) {
      const owed = seller.wallet.sales.owedBy(buyer.wallet.uid)
      const paid = seller.wallet.sales.paidBy(buyer.wallet.uid)
      const limit = Math.min(seller.market.terms.limitMax, 1 + paid)
      assert.ok(
        owed >= 0 && owed <= limit,
        `${seller.name}: ${buyer.name} owes ${owed} of ${limit}`
      )
    }
  }
}

/** F43, G9: each debt has the buyer's request that proves it, and each receipt kept covers just what its voucher says. */
function checkEvidence({ peers }: World): void {
  for (const { wallet, name } of peers) {
    for (const sale of wallet.sales.all()) {
      const unproven = [...sale.owed].filter((index) => {
        const proof = sale.proofOf(index)
        return !proof || !decode(proof.request, 'request').message.indexes.includes(index)
      })
      assert.deepEqual(unproven, [], `${name}: debts without proof`)
    }
    for (const purse of wallet.purses.all()) {
      for (const { uid } of purse.payees()) {
        const kept = purse.receiptedBy(uid)
        if (kept === undefined) continue
        const { paid } = decode(kept.voucher, 'voucher').message
        const { voucher } = decode(kept.receipt, 'receipt').message
        assert.deepEqual(
          paid,
          paidHash(wallet.crypto, kept.paid),
          `${name}: a receipt that proves nothing`
        )
        assert.deepEqual(voucher, wallet.crypto.sha256(kept.voucher))
      }
    }
  }
}

/** I3: only pieces in the store are paid, each token goes to one payee, and no seller has what was not paid. */
function checkPayments({ peers }: World): void {
  for (const buyer of peers.slice(1)) {
    const paidTo = new Map<number, string>()
    for (const purse of buyer.wallet.purses.all()) {
      for (const { uid: payee } of purse.payees()) {
        for (const index of bits(purse.account(payee)!.paid)) {
          assert.ok(!paidTo.has(index), `${buyer.name} paid piece ${index} twice`)
          assert.ok(buyer.store.has(index), `${buyer.name} paid piece ${index} without having it`)
          assert.ok(purse.covers(index), `${buyer.name} paid piece ${index}, which is not covered`)
          paidTo.set(index, `${toHex(payee)} ${toHex(purse.id)}`)
        }
      }
    }
    for (const seller of peers) {
      for (const sale of seller.wallet.sales.all()) {
        if (!equal(sale.payer, buyer.wallet.uid)) continue
        const held = `${seller.uid} ${toHex(sale.purse.purse)}`
        for (const index of bits(sale.paid)) {
          assert.equal(paidTo.get(index), held, `${seller.name} holds a token not paid to it`)
        }
      }
    }
  }
}

/** When all is quiet, what buyers paid and what sellers hold is the same, token by token. */
function agreed({ peers }: World): boolean {
  const purses = peers.slice(1).flatMap((buyer) => buyer.wallet.purses.all())
  return purses.every((purse) => {
    return purse.payees().every(({ uid: payee }) => {
      const account = purse.account(payee)!
      const seller = peers.find((peer) => equal(peer.wallet.uid, payee))!
      const sale = seller.wallet.sales.get(purse.id)
      return (
        account.unreceipted.length === 0 &&
        sale !== undefined &&
        sale.count === account.count &&
        [...bits(account.paid)].every((index) => hasBit(sale.paid, index))
      )
    })
  })
}

function connectAll({ peers }: World): void {
  for (const [i, a] of peers.entries()) {
    for (const b of peers.slice(i + 1)) if (!a.links.has(b)) SimLink.connect(a, b)
  }
}

async function play(
  seed: number,
  faults: Faults,
  limitMax: number,
  breaks: boolean,
  shop = paperShop()
): Promise<World> {
  const world = await makeWorld(seed, faults, limitMax, shop)
  const { network, peers } = world
  const check = (): void => {
    checkLimits(world)
    checkPayments(world)
    checkEvidence(world)
  }
  connectAll(world)
  const disturb = (): void => {
    const peer = peers[Math.floor(network.random() * peers.length)]!
    const link = [...peer.links.values()][0]
    if (breaks && network.now < 30_000) link?.drop()
    connectAll(world)
    network.clock.after(2000 + network.random() * 4000, disturb)
  }
  network.clock.after(2000, disturb)
  let isChanged = shop.meanwhile === undefined
  const change = async (): Promise<void> => {
    await shop.meanwhile!(peers)
    isChanged = true
  }
  if (!isChanged) network.clock.after(1000, () => void change())
  const spentBy = ({ wallet }: SimPeer): number =>
    wallet.purses.all().reduce((sum, purse) => sum + purse.spent(), 0)
  const paidAll = (peer: SimPeer): boolean => spentBy(peer) === PIECES - (shop.free ?? 0)
  const complete = (): boolean =>
    isChanged &&
    peers.every((peer) => peer.store.size === PIECES) &&
    peers.slice(1).every(paidAll) &&
    agreed(world)
  const ended = await network.run(complete, check, LONGEST_MS)
  const state = peers
    .map((p) => `${p.name} ${p.store.size} ${[...new Set(p.refused)].join()}`)
    .join('; ')
  assert.ok(ended, `not complete after an hour of virtual time: ${state}`)
  return world
}

describe('trade: over a lossy network', function () {
  this.timeout(120_000)
  const quiet = { loss: 0, repeat: 0, delayMaxMs: 20 }
  const rough = { loss: 0.2, repeat: 0.2, delayMaxMs: 400 }

  it('a perfect network: every piece is paid once, with no refusal', async () => {
    const { peers } = await play(1, quiet, 4, false)
    for (const buyer of peers.slice(1)) assert.equal(buyer.wallet.purses.all()[0]!.spent(), PIECES)
    assert.deepEqual(
      peers.flatMap((peer) => peer.refused),
      []
    )
  })

  for (const limitMax of [1, 4, 8]) {
    it(`I2, I3, G14: losses, repeats and reorderings, limit ${limitMax}`, async () => {
      for (let seed = 1; seed <= RUNS; seed++) {
        await play(seed, rough, limitMax, false).catch((error: Error) => {
          throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
        })
      }
    })
  }

  it('I2, I3: the same with connections that break', async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      await play(seed, rough, 4, true).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
      })
    }
  })

  for (const breaks of [false, true]) {
    const how = breaks ? ', with connections that break' : ''
    it(`I2, I3: several purses for a buyer, top-ups, one cancelled, free pieces${how}`, async () => {
      for (let seed = 1; seed <= RUNS; seed++) {
        await play(seed, rough, 4, breaks, partsShop()).catch((error: Error) => {
          throw new Error(`seed ${seed}: ${error.message}`, { cause: error })
        })
      }
    })
  }

  it('W14: what is stored only after its connection ended is paid over the next one', async () => {
    const { network, peers } = await makeWorld(7, quiet, 8, paperShop())
    const [seller, buyer] = [peers[0]!, peers[1]!]
    buyer.storeMs = 2000
    SimLink.connect(seller, buyer)
    const first = buyer.links.get(seller)!
    const purse = buyer.wallet.purses.all()[0]!
    const run = (done: () => boolean): Promise<boolean> =>
      network.run(done, () => undefined, 120_000)
    await run(() => buyer.store.size === PIECES - 3)
    SimLink.connect(seller, buyer)
    let isOver = false
    network.clock.after(50, () => {
      first.drop()
      isOver = true
    })
    await run(() => isOver)
    await run(() => purse.spent() === PIECES)
    assert.equal(purse.spent(), PIECES)
  })

  it('I1, I7: a real provider redeems it all once, whatever is claimed again and in which order', async () => {
    const provider = await TestProvider.start()
    try {
      await provider.sell('film', PIECES * 16_384, { pieceLength: 16_384 })
      const infoHash = fromHex((await provider.store.contents())[0]!.infoHash)
      const announce = { peerId: new Uint8Array(20).fill(1), port: 1, event: 'started', left: 1 }
      const terms = { price: 2n, currency: 'EUR' }
      const { peers } = await play(5, rough, 4, false, {
        infoHash,
        wallet: () => provider.wallet(1000n),
        sellPurse: async (wallet) => {
          // Twice: the repeated announce brings the same purse and costs nothing.
          await buy(wallet, { infoHash, ...announce, ...terms })
          await buy(wallet, { infoHash, ...announce, ...terms })
        }
      })
      const { announces, apiRequests } = provider.tracker.counters.tracker
      assert.equal(announces, 2 * 3, 'nothing but the purchases')
      assert.equal(apiRequests, peers.length, 'nothing but the registrations')
      await Promise.all(peers.map(({ wallet }) => claim(wallet)))
      for (const { wallet } of [...peers].reverse()) await claim(wallet)
      let earned = 0n
      for (const { wallet } of peers) earned += (await account(wallet)).earned
      assert.equal(earned, 3n * BigInt(PIECES) * 2n)
      const { faults, depositsMinor, escrowMinor } = await provider.store.audit()
      assert.deepEqual(
        { faults, depositsMinor, escrowMinor },
        { faults: [], depositsMinor: 4000n, escrowMinor: 0n }
      )
    } finally {
      await provider.close()
    }
  })
})
