// The storage for browsers, with Node's real Web Locks and, since Node has no IndexedDB, the least of one.

import assert from 'node:assert/strict'
import { Wallet, browserStorage } from '@floodgate/wallet'
import { TestProvider, code } from './bed.ts'

/** What browserStorage uses of IndexedDB: one store, answers by event in a later turn. */
class LittleIndexedDb {
  readonly values = new Map<string, unknown>()
  readonly durability: unknown[] = []
  #made = false

  open() {
    const result = { createObjectStore: () => (this.#made = true), transaction: this.#transaction }
    const request = this.#later({ result, onupgradeneeded: () => undefined })
    queueMicrotask(() => {
      if (!this.#made) request.onupgradeneeded()
    })
    return Object.assign(request, { result: Object.assign(result, { close: () => undefined }) })
  }

  #transaction = (_: string, mode = 'readonly', options = {}) => {
    const transaction = { oncomplete: () => undefined, onabort: () => undefined, error: null }
    if (mode === 'readwrite') this.durability.push(options)
    const store = {
      get: (key: string) => this.#later({ result: this.values.get(key) }),
      put: (value: unknown, key: string) => {
        assert.equal(mode, 'readwrite')
        setImmediate(() => {
          this.values.set(key, value)
          transaction.oncomplete()
        })
      }
    }
    return Object.assign(transaction, { objectStore: () => store })
  }

  #later<T extends object>(request: T) {
    const whole = { onsuccess: () => undefined, onerror: () => undefined, ...request }
    setImmediate(() => whole.onsuccess())
    return whole
  }
}

describe('wallet: storage in a browser', () => {
  let provider: TestProvider
  let database: LittleIndexedDb
  before(async () => {
    provider = await TestProvider.create()
  })
  beforeEach(() => {
    database = new LittleIndexedDb()
    Object.defineProperty(globalThis, 'indexedDB', { value: database, configurable: true })
  })
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'indexedDB')
  })

  it('keeps a wallet by name, durably', async () => {
    const wallet = await provider.wallet({ storage: browserStorage('mine') })
    const { uid } = wallet
    await wallet.close()
    assert.ok(database.durability.length > 0)
    for (const options of database.durability) assert.deepEqual(options, { durability: 'strict' })
    const again = await Wallet.open({ storage: browserStorage('mine'), passphrase: 'pass' })
    assert.deepEqual(again.uid, uid)
    await again.close()
    const other = Wallet.open({ storage: browserStorage('other'), passphrase: 'pass' })
    await assert.rejects(other, code('no-wallet'))
  })

  it('is for one tab: another gets wallet-in-use until the first has closed', async () => {
    const wallet = await provider.wallet({ storage: browserStorage('mine') })
    const open = () => Wallet.open({ storage: browserStorage('mine'), passphrase: 'pass' })
    await assert.rejects(open(), code('wallet-in-use'))
    await wallet.close()
    await (await open()).close()
  })

  it('notices damage and overwrites nothing', async () => {
    await (await provider.wallet({ storage: browserStorage('mine') })).close()
    for (const damaged of [`${String(database.values.get('mine'))} `, 7]) {
      database.values.set('mine', damaged)
      const open = Wallet.open({ storage: browserStorage('mine'), passphrase: 'pass' })
      await assert.rejects(open, code('wallet-damaged'))
      const create = provider.wallet({ storage: browserStorage('mine') })
      await assert.rejects(create, code('wallet-damaged'))
      assert.equal(database.values.get('mine'), damaged)
    }
  })
})
