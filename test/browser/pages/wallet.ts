// A wallet in a page, in the storage that browsers have.

import { fromHex, toHex } from '@floodgate/protocol'
import { Wallet, account, browserStorage, buy, register } from '@floodgate/wallet'

let wallet: Wallet | undefined

/** Makes and registers a wallet; its uid. */
export async function create(api: string, rootKey: string, passphrase: string): Promise<string> {
  const storage = browserStorage('mine')
  wallet = await Wallet.create({ storage, passphrase, api, rootKey: fromHex(rootKey) })
  await register(wallet, 'test')
  return toHex(wallet.uid)
}

/** Opens the wallet that an earlier page made; its uid. */
export async function open(passphrase: string): Promise<string> {
  wallet = await Wallet.open({ storage: browserStorage('mine'), passphrase })
  return toHex(wallet.uid)
}

/** Resolves once no tab holds the wallet; a browser takes its time over a tab that is gone. */
export async function free(): Promise<void> {
  await navigator.locks.request('floodgate-wallet:mine', () => undefined)
}

/** What the provider says that we have. */
export async function balance(): Promise<string> {
  return (await account(wallet!)).balance.toString()
}

/** Buys a purse for one content at `price`, by an announce over HTTP; how many tokens it holds. */
export async function purchase(infoHash: string, price: string): Promise<number | undefined> {
  const { purse } = await buy(wallet!, {
    infoHash: fromHex(infoHash),
    peerId: crypto.getRandomValues(new Uint8Array(20)),
    port: 6881,
    event: 'started',
    left: 1,
    price: BigInt(price),
    currency: 'EUR'
  })
  return purse?.count
}

export async function close(): Promise<void> {
  await wallet?.close()
}
