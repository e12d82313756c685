// `floodgate register`: makes a wallet with new keys and opens its account; to repeat it renews the certificate.

import { existsSync } from 'node:fs'
import { toHex } from '@floodgate/protocol'
import { account, register } from '@floodgate/wallet'
import { findPassphrase } from '../passphrase.ts'
import { unlessStopped } from '../stop.ts'
import { money, parseUrl } from '../units.ts'
import { openOrCreateWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

interface RegisterOptions extends WalletOptions {
  provider: string
  payment: string
}

export const addRegister: AddCommand = (program, act) => {
  program
    .command('register')
    .description('make a wallet and open an account with a provider')
    .requiredOption('--provider <url>', 'the provider’s address', parseUrl)
    .requiredOption('--wallet <file>', 'the wallet; made if it is not there')
    .option('--payment <text>', 'how this account pays, as the provider asks for it', '')
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples(
        'floodgate register --provider https://cdn.example --wallet me.wallet',
        'FLOODGATE_PASSPHRASE=… floodgate register --provider http://127.0.0.1:8700 --wallet me.wallet'
      )
    )
    .action(act((session, options: RegisterOptions) => runRegister(session, options)))
}

async function runRegister({ out, signal }: Session, options: RegisterOptions): Promise<void> {
  const fresh = !existsSync(options.wallet)
  const passphrase = await findPassphrase(options, signal, fresh)
  const opening = openOrCreateWallet(options.wallet, options.provider, passphrase)
  const wallet = await unlessStopped(signal, opening)
  try {
    await unlessStopped(signal, register(wallet, options.payment))
    const { balance, currency } = await unlessStopped(signal, account(wallet))
    const uid = toHex(wallet.uid)
    out.tell(
      'registered',
      { uid, provider: wallet.api, wallet: options.wallet, balance, currency },
      `account ${uid} with ${wallet.api}, balance ${money(balance, currency)}`
    )
    if (passphrase === '')
      out.warn('no-passphrase', 'The wallet has no passphrase: whoever has the file has the money.')
  } finally {
    await wallet.close()
  }
}
