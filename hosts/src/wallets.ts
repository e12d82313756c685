// Wallet files on the command line: opened with the passphrase that was found, made at registration.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { FloodgateError, codeOf } from '@floodgate/protocol'
import { Wallet, fetchProvider, fileStorage, glanceAt } from '@floodgate/wallet/file'
import { makeDirectory } from './directory.ts'
import { findPassphrase, type PassphraseSource } from './passphrase.ts'

export interface WalletOptions extends PassphraseSource {
  wallet: string
}

/** Hears when a wallet cannot be saved: no payment goes out until it can. */
type OnSaveError = (error: unknown) => void

/** Throws `no-wallet`, `wrong-passphrase`, `wallet-in-use` or `wallet-damaged`. */
export async function openWallet(
  options: WalletOptions,
  signal: AbortSignal,
  onSaveError?: OnSaveError
): Promise<Wallet> {
  // Nobody is asked for the passphrase of a wallet that is not there.
  if (!existsSync(options.wallet)) throw new FloodgateError('no-wallet', options.wallet)
  const passphrase = await findPassphrase(options, signal)
  return Wallet.open({ storage: fileStorage(options.wallet), passphrase, onSaveError })
}

/** As `openWallet`, to look at it only: of one that another process uses, what that saved last, and when. */
export async function lookIntoWallet(
  options: WalletOptions,
  signal: AbortSignal
): Promise<{ wallet: Wallet; savedAt?: number }> {
  if (!existsSync(options.wallet)) throw new FloodgateError('no-wallet', options.wallet)
  const passphrase = await findPassphrase(options, signal)
  try {
    return { wallet: await Wallet.open({ storage: fileStorage(options.wallet), passphrase }) }
  } catch (error) {
    if (codeOf(error) !== 'wallet-in-use') throw error
  }
  const storage = glanceAt(options.wallet)
  const wallet = await Wallet.open({ storage, passphrase })
  return { wallet, savedAt: storage.savedAt }
}

/** Opens the wallet, or makes one for the provider at `api`. Throws `wrong-provider` for a wallet of another one. */
export async function openOrCreateWallet(
  path: string,
  api: string,
  passphrase: string,
  onSaveError?: OnSaveError
): Promise<Wallet> {
  const options = { storage: fileStorage(path), passphrase, onSaveError }
  if (!existsSync(path)) {
    await makeDirectory(dirname(resolve(path)), 0o700)
    const { rootKey } = await fetchProvider(api)
    return Wallet.create({ ...options, rootKey, api })
  }
  const wallet = await Wallet.open(options)
  if (wallet.api === api.replace(/\/+$/, '')) return wallet
  await wallet.close()
  throw new FloodgateError('wrong-provider', `the wallet is for ${wallet.api}`)
}
