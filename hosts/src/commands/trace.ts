// `floodgate trace`: names the group of buyers whose keys were leaked, and the accounts in it.

import { FloodgateError, equal, platformCrypto } from '@floodgate/protocol'
import { decodeKeys, traceGroup, type ContentKeys } from '@floodgate/push'
import { fetchBuyers } from '../provider/api-client.ts'
import { homeOf, type Home } from '../provider/home.ts'
import { operatorOf } from '../provider/operator.ts'
import { GROUPS, allSecrets, readKeyFile, type ContentSecret } from '../provider/sealed.ts'
import { unlessStopped } from '../stop.ts'
import { count, short } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

/** A leak that chance would explain so seldom names its group. */
const CHANCE_MAX = 1e-6

export const addTrace: AddCommand = (program, act) => {
  program
    .command('trace')
    .description('name the group of buyers whose keys were leaked, and the accounts in it')
    .argument('<keyfile>', 'the keys of a sealed content, as floodgate get leaves them')
    .requiredOption('--data <dir>', 'directory of the provider, which is running')
    .addHelpText('after', examples('floodgate trace leaked.keys --data ./shop'))
    .action(
      act((session, file: string, options: { data: string }) => runTrace(session, file, options))
    )
}

async function runTrace(
  { out, signal }: Session,
  file: string,
  { data }: { data: string }
): Promise<void> {
  const home = homeOf(data)
  const provider = await operatorOf(data)
  const keys = decodeKeys(await readKeyFile(file))
  const [infoHash, { master }] = await secretFor(home, keys)
  const groups = Array.from({ length: GROUPS }, (_, group) => group)
  const { marks, ranking } = traceGroup(platformCrypto, { master, keys, groups })
  const { group, matches, byChance } = ranking[0]!
  if (byChance > CHANCE_MAX) {
    throw new FloodgateError(
      'bad-evidence',
      `${matches} of ${marks} marks fit: chance could do that`
    )
  }
  const { buyers } = await unlessStopped(signal, fetchBuyers(provider, { infoHash, group }))
  const uids = buyers.map(({ uid }) => uid)
  out.tell('traced', { infoHash, group, marks, matches, byChance, accounts: uids })
  out.say(
    [
      `${short(infoHash)}: group ${group}, ${matches} of ${count(marks, 'mark')} fit`,
      ...uids.map((uid) => `account   ${uid}`),
      ...(uids.length === 0 ? ['nobody of this group bought them here'] : [])
    ].join('\n')
  )
}

/** Throws `unknown-content`. */
async function secretFor(
  home: Home,
  { sealedId }: ContentKeys
): Promise<[infoHash: string, ContentSecret]> {
  const found = (await allSecrets(home)).find(([, secret]) => equal(secret.sealedId, sealedId))
  if (found === undefined) throw new FloodgateError('unknown-content', 'keys of no content of ours')
  return found
}
