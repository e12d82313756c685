// Purses that the provider's ledger lost: nobody is paid from them, they are bought with no more, and they stay as evidence.

import assert from 'node:assert/strict'
import { fromHex, toHex } from '@floodgate/protocol'
import { memoryLedger, type LedgerStore } from '@floodgate/tracker'
import { Wallet, buy, findLost, memoryStorage } from '@floodgate/wallet'
import { TestProvider } from '../support/provider.ts'

const PIECE = 16_384

describe('wallet: purses that the ledger lost', () => {
  const ledger = memoryLedger({ currency: 'EUR' })
  const lost = new Set<string>()
  const forgetful: LedgerStore = {
    ...ledger,
    purse: async (id) => (lost.has(id) ? undefined : ledger.purse(id))
  }
  const storage = memoryStorage()
  let provider: TestProvider
  let wallet: Wallet
  let infoHash: Uint8Array
  before(async () => {
    provider = await TestProvider.start(forgetful)
    wallet = await provider.wallet(100n, storage)
    const film = await provider.sell('film', 4 * PIECE, { pieceLength: PIECE })
    infoHash = fromHex(film.infoHash)
    const order = { infoHash, peerId: new Uint8Array(20), port: 6881, event: '', left: 0 }
    for (const pieces of [
      [0, 2],
      [2, 3]
    ]) {
      await buy(wallet, { ...order, pieces, price: 2n, currency: 'EUR' })
    }
  })
  after(async () => {
    await wallet.close()
    await provider.close()
  })
  const standing = (): unknown[] =>
    wallet.summary().purses.map(({ state, refundable }) => [state, refundable])
  const covered = (): boolean[] =>
    [0, 1, 2, 3].map((index) => wallet.purses.pocket(infoHash).at(index) !== undefined)

  it('G3: cover nothing, and pay only what is owed, also after the wallet was opened again', async () => {
    const [first, second] = wallet.purses.all()
    const [seller, stranger] = [7, 8].map((byte) => new Uint8Array(16).fill(byte)) as [
      Uint8Array,
      Uint8Array
    ]
    assert.ok(first!.reserve(0, seller))
    assert.deepEqual(await findLost(wallet), [])
    assert.deepEqual(covered(), [true, true, true, false])
    lost.add(toHex(first!.id))
    assert.deepEqual(await findLost(wallet, infoHash), [first])
    assert.deepEqual(covered(), [false, false, true, false])
    assert.deepEqual(wallet.purses.shownTo(infoHash, seller), [first, second])
    assert.deepEqual(wallet.purses.shownTo(infoHash, stranger), [second])
    assert.deepEqual([first!.reserve(0, seller), first!.reserve(1, seller)], [true, false])
    await wallet.close()
    wallet = await Wallet.open({ storage, passphrase: '' })
    assert.deepEqual(standing(), [
      ['lost', 0n],
      ['open', 2n]
    ])
    assert.deepEqual(covered(), [false, false, true, false])
  })

  it('are lost by the word of the provider only, as it signed it', async () => {
    const { fetch } = globalThis
    globalThis.fetch = async (...asked) => {
      const bytes = new Uint8Array(await (await fetch(...asked)).arrayBuffer())
      bytes[bytes.length - 1]! ^= 1
      return new Response(bytes)
    }
    const [, second] = wallet.purses.all()
    lost.add(toHex(second!.id))
    try {
      await assert.rejects(findLost(wallet), { code: 'bad-signature' })
    } finally {
      globalThis.fetch = fetch
      lost.delete(toHex(second!.id))
    }
    assert.equal(second!.isLost, false)
  })

  it('are good again when the ledger has them again, and each change is told once', async () => {
    await findLost(wallet)
    lost.clear()
    assert.deepEqual(await findLost(wallet), [])
    assert.deepEqual(standing()[0], ['open', 4n])
    assert.deepEqual(covered(), [true, true, true, false])
    const told = wallet.summary().events.map(({ kind }) => kind)
    assert.deepEqual(
      told.filter((kind) => kind === 'lost' || kind === 'found'),
      ['lost', 'found']
    )
  })
})
