// `floodgate claim`: sends what a wallet earned to the provider, in batches. Nothing is ever claimed silently.

import { FloodgateError, codeOf, isErrorCode, toHex } from '@floodgate/protocol'
import { checkLog, claim, type Wallet } from '@floodgate/wallet'
import { failureOf } from '../failures.ts'
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
    await followLog({ out, signal }, wallet)
    const worst = refused[0]?.code
    if (worst !== undefined)
      throw new FloodgateError(isErrorCode(worst) ? worst : 'bad-request', 'a claim')
  } finally {
    await wallet.close()
  }
}

/** The money that was just credited stands in a log that may not be rewritten behind us (G13). */
async function followLog(
  { out, signal }: Pick<Session, 'out' | 'signal'>,
  wallet: Wallet
): Promise<void> {
  try {
    await unlessStopped(signal, checkLog(wallet))
  } catch (error) {
    if (codeOf(error) === 'forked-log') throw error
    out.warn(codeOf(error), `The provider's log was not checked: ${failureOf(error).text}`)
  }
}
