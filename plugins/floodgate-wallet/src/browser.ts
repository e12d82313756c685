// A wallet in a browser: IndexedDB with strict durability, and a Web Lock so that two tabs never write one
// wallet; the lock ends with the tab. Web Locks need a secure context (https or localhost).

import { FloodgateError } from '@floodgate/protocol'
import { decodeState, encodeState } from './state.ts'
import type { WalletStorage } from './storage.ts'

const DATABASE = 'floodgate'
const STORE = 'wallets'

/** Keeps the wallet `name` of this origin. Throws `bad-option` where there are no Web Locks. */
export function browserStorage(name: string): WalletStorage {
  let unlock: (() => void) | undefined
  let database: IDBDatabase | undefined

  const take = async (): Promise<IDBDatabase> => {
    unlock ??= await lock(`floodgate-wallet:${name}`)
    database ??= await open()
    return database
  }
  return {
    async load() {
      const store = (await take()).transaction(STORE).objectStore(STORE)
      const text: unknown = await resultOf(store.get(name))
      if (text === undefined) return undefined
      if (typeof text !== 'string') throw new FloodgateError('wallet-damaged', 'not text')
      return decodeState(text)
    },
    async save(state) {
      if (database === undefined) throw new FloodgateError('no-wallet', 'load first')
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' })
      transaction.objectStore(STORE).put(encodeState(state), name)
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      })
    },
    async close() {
      database?.close()
      unlock?.()
      database = unlock = undefined
    }
  }
}

/** Holds the lock until the returned function is called. */
function lock(name: string): Promise<() => void> {
  if (navigator.locks === undefined) {
    throw new FloodgateError('bad-option', 'Web Locks need a secure context')
  }
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(name, { ifAvailable: true }, (granted) => {
      if (granted === null) throw new FloodgateError('wallet-in-use')
      return new Promise<void>((release) => resolve(release))
    })
    held.catch(reject)
  })
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  return resultOf(request)
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
