// `floodgate claim`: sends what a wallet earned to the provider, in batches. Nothing is ever claimed silently.

import { FloodgateError, isErrorCode, toHex } from '@floodgate/protocol'
import { claim } from '@floodgate/wallet'
import { unlessStopped } from '../stop.ts'
import { count, money, short } from '../units.ts'
import { openWallet, type WalletOptions } from '../wallets.ts'
import { PASSPHRASE_OPTION, examples, type AddCommand, type Session } from './command.ts'

export const addClaim: AddCommand = (program, act) => {
  program
    .command('claim')
    .description('turn what a wallet earned into money on its account')
    .requiredOption('--wallet <file>', 'the wallet')
    .option(...PASSPHRASE_OPTION)
    .addHelpText('after', examples('floodgate claim --wallet me.wallet'))
    .action(act((session, options: WalletOptions) => runClaim(session, options)))
}

async function runClaim({ out, signal }: Session, options: WalletOptions): Promise<void> {
  const wallet = await openWallet(options, signal)
  try {
    const answer = await unlessStopped(signal, claim(wallet))
    const { claims, credited, fresh, conflicting, balance, currency } = answer
    const refused = answer.purses.filter(({ code }) => code !== '')
    const said =
      balance === undefined || currency === undefined
        ? 'There is nothing to claim.'
        : `${count(fresh, 'piece')} credited with ${money(credited, currency)}, balance ${money(balance, currency)}`
    out.tell(
      'claimed',
      {
        uid: toHex(wallet.uid),
        claims,
        tokens: fresh,
        credited,
        conflicting,
        balance,
        currency,
        refused: refused.length
      },
      said
    )
    for (const { purse, code } of refused) {
      out.warn(code, `Purse ${short(toHex(purse))} was refused: ${code}`)
    }
    const worst = refused[0]?.code
    if (worst !== undefined)
      throw new FloodgateError(isErrorCode(worst) ? worst : 'bad-request', 'a claim')
  } finally {
    await wallet.close()
  }
}
