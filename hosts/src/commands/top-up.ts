// `floodgate top-up`: how an account's owner brings money in, by bank transfer or, with an amount, by card.

import { account, checkout, paymentReference, type Wallet } from '@floodgate/wallet'
import { unlessStopped } from '../stop.ts'
import { amountIn, money } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

export const addTopUp: AddCommand = (program, act) => {
  program
    .command('top-up')
    .description(
      'show how to transfer money to an account; with an amount, where to pay it by card'
    )
    .argument('[amount]', 'what to pay by card, such as 20.00')
    .requiredOption('--wallet <file>', 'the wallet')
    .option(...PASSPHRASE_OPTION)
    .addHelpText(
      'after',
      examples('floodgate top-up --wallet me.wallet', 'floodgate top-up 20.00 --wallet me.wallet')
    )
    .action(
      act((session, amount: string | undefined, options: WalletOptions) =>
        runTopUp(session, amount, options)
      )
    )
}

async function runTopUp(
  session: Session,
  amount: string | undefined,
  options: WalletOptions
): Promise<void> {
  const wallet = await openWallet(options, session.signal)
  try {
    await (amount === undefined ? showTransfer(session, wallet) : showCard(session, wallet, amount))
  } finally {
    await wallet.close()
  }
}

async function showTransfer({ out, signal }: Session, wallet: Wallet): Promise<void> {
  const { reference, iban, name, bic, currency } = await unlessStopped(
    signal,
    paymentReference(wallet)
  )
  out.tell('transfer', { reference, iban, name, bic, currency })
  const bank = bic === '' ? iban : `${iban}, ${bic}`
  out.say(
    [
      `Transfer ${currency} to`,
      `  ${name}`,
      `  ${bank}`,
      `  reference  ${reference}`,
      'Without the reference it takes a person to find out whose money it is.'
    ].join('\n')
  )
}

async function showCard({ out, signal }: Session, wallet: Wallet, text: string): Promise<void> {
  const { currency } = await unlessStopped(signal, account(wallet))
  const amount = amountIn(text, currency)
  const { url, order } = await unlessStopped(signal, checkout(wallet, { amount, currency }))
  out.tell('checkout', { url, order, amount, currency })
  out.say(
    `Pay ${money(amount, currency)} here; it is on the account as soon as it is paid:\n${url}`
  )
}
