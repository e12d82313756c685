// `floodgate qos`: how a running provider seeds its contents, and why.

import { FloodgateError } from '@floodgate/protocol'
import { fetchContents, fetchQuality } from '../provider/api-client.ts'
import { allMeant } from '../provider/meant.ts'
import { operatorOf } from '../provider/operator.ts'
import { tableOf } from '../qos/row.ts'
import { unlessStopped } from '../stop.ts'
import { examples, type AddCommand, type Session } from './command.ts'

export const addQos: AddCommand = (program, act) => {
  program
    .command('qos')
    .description('quality of service of a running provider (operator)')
    .command('explain')
    .description('how contents are seeded now, and why')
    .argument('[content]', 'its name, or the beginning of its info hash; all contents without it')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .addHelpText(
      'after',
      examples(
        'floodgate qos explain --data ./shop',
        'floodgate qos explain film.mp4 --data ./shop',
        'floodgate qos explain 3f2a --data ./shop'
      )
    )
    .action(
      act((session, content: string | undefined, { data }: { data: string }) =>
        explain(session, content, data)
      )
    )
}

async function explain(
  { out, signal }: Session,
  content: string | undefined,
  data: string
): Promise<void> {
  const operator = await operatorOf(data)
  const { policy, contents } = await unlessStopped(signal, fetchQuality(operator))
  const sold = content === undefined ? [] : await unlessStopped(signal, fetchContents(operator.url))
  const nameOf = new Map(sold.map(({ infoHash, name }) => [infoHash, name]))
  const named = contents.map((row) => ({ ...row, name: nameOf.get(row.infoHash) }))
  const wanted = content === undefined ? contents : allMeant(content, named)
  if (content !== undefined && wanted.length === 0) {
    throw new FloodgateError('unknown-content', `nothing was decided about ${content} yet`)
  }
  out.tell('qos', { policy, contents: wanted }, `promised: ${policy}`)
  for (const line of tableOf(wanted, Date.now())) out.say(line)
}
