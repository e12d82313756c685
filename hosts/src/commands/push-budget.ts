// `floodgate push-budget`: raises what spreading a sealed content before its release may cost. A running provider sees it at once.

import { FloodgateError } from '@floodgate/protocol'
import { expectSettings, homeOf } from '../provider/home.ts'
import { oneMeant } from '../provider/meant.ts'
import { allSecrets, saveSecret } from '../provider/sealed.ts'
import { amountIn, money, parseAmount } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

export const addPushBudget: AddCommand = (program, act) => {
  program
    .command('push-budget')
    .description('raise what pushing a sealed content to willing peers may cost in all (operator)')
    .argument('<content>', 'the beginning of its info hash')
    .argument('<amount>', 'the new limit, such as 300.00', parseAmount)
    .requiredOption('--data <dir>', 'directory of the provider')
    .addHelpText('after', examples('floodgate push-budget 3f2a 300.00 --data ./shop'))
    .action(
      act((session, content: string, amount: string, { data }: { data: string }) =>
        raise(session, content, amount, data)
      )
    )
}

async function raise({ out }: Session, content: string, text: string, data: string): Promise<void> {
  const home = homeOf(data)
  const { currency } = await expectSettings(home)
  const amount = amountIn(text, currency)
  const sealed = (await allSecrets(home)).map(([infoHash, secret]) => ({ infoHash, secret }))
  const { infoHash, secret } = oneMeant(content, sealed, 'is not sealed here')
  const before = secret.pushBudget
  // The money is in the books already.
  if (amount < before) {
    throw new FloodgateError(
      'bad-option',
      `it is ${money(before, currency)}, and can only be raised`
    )
  }
  await saveSecret(home, infoHash, { ...secret, pushBudget: amount })
  const said = `${money(amount, currency)} in all for willing peers, ${money(before, currency)} before`
  out.tell('raised', { infoHash, amount, before, currency }, said)
}
