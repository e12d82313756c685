// `floodgate withdraw`: ends the sale of a content. What was sold of it stays sold.

import { FloodgateError } from '@floodgate/protocol'
import { fetchContents, postWithdraw } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { count } from '../units.ts'
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
    : oneOf(content, await unlessStopped(signal, fetchContents(provider.url)))
  const done = await unlessStopped(signal, postWithdraw(provider, infoHash))
  const what = done.repeated ? 'was not for sale before' : 'is sold no more'
  out.tell('withdrawn', done, `${done.name}  ${infoHash}  ${what}`)
}

/** Throws `unknown-content`, and `bad-option` when several are meant. */
function oneOf(content: string, contents: { infoHash: string; name: string }[]): string {
  // Of a shell's variable that is not set; every info hash begins with it.
  if (content === '') throw new FloodgateError('bad-option', 'say which content')
  const beginning = content.toLowerCase()
  const named = contents.filter(({ name }) => name === content)
  const found =
    named.length > 0 ? named : contents.filter((one) => one.infoHash.startsWith(beginning))
  const [first, second] = found
  if (first === undefined) throw new FloodgateError('unknown-content', `${content} is not for sale`)
  if (second === undefined) return first.infoHash
  const which = found.map(({ infoHash }) => infoHash).join(', ')
  throw new FloodgateError(
    'bad-option',
    `${count(found.length, 'content')} are ${content}: ${which}`
  )
}
