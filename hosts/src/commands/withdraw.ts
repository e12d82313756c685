// `floodgate withdraw`: ends the sale of a content. What was sold of it stays sold.

import { fetchContents, postWithdraw } from '../provider/api-client.ts'
import { oneMeant } from '../provider/meant.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { examples, type AddCommand, type Session } from './command.ts'

const INFO_HASH = /^[0-9a-f]{40}$/

export const addWithdraw: AddCommand = (program, act) => {
  program
    .command('withdraw')
    .description('sell a content no more; purses that were sold go on until they end (operator)')
    .argument('<content>', 'its info hash, the beginning of it, or its name')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .addHelpText(
      'after',
      examples('floodgate withdraw film.mkv --data ./shop', 'floodgate withdraw 3f2a --data ./shop')
    )
    .action(
      act((session, content: string, { data }: { data: string }) =>
        runWithdraw(session, content, data)
      )
    )
}

async function runWithdraw({ out, signal }: Session, content: string, data: string): Promise<void> {
  const provider = await operatorOf(data)
  const infoHash = INFO_HASH.test(content)
    ? content
    : oneMeant(content, await unlessStopped(signal, fetchContents(provider.url)), 'is not for sale')
        .infoHash
  const done = await unlessStopped(signal, postWithdraw(provider, infoHash))
  const what = done.repeated ? 'was not for sale before' : 'is sold no more'
  out.tell('withdrawn', done, `${done.name}  ${infoHash}  ${what}`)
}
