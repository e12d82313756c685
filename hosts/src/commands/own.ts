// `floodgate own`: lists the provider's own accounts, or names one more, such as that of a seeder elsewhere. What it sold the provider took, so
// credits of missed promises may be paid out of it.

import { FloodgateError } from '@floodgate/protocol'
import { fetchOwn, postOwn } from '../provider/api-client.ts'
import { operatorOf } from '../provider/operator.ts'
import { unlessStopped } from '../stop.ts'
import { expectUid } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface OwnOptions {
  data: string
  yes?: boolean
}

export const addOwn: AddCommand = (program, act) => {
  program
    .command('own')
    .description('list the provider’s own accounts, or name one more, for good (operator)')
    .argument('[uid]', 'the account to name, such as that of a seeder elsewhere')
    .requiredOption('--data <dir>', 'directory of the provider, which must be running')
    .option('--yes', 'yes: its earnings are the provider’s, and pay for promises that were missed')
    .addHelpText(
      'after',
      examples('floodgate own --data ./shop', 'floodgate own 00112233… --yes --data ./shop')
    )
    .action(
      act((session, uid: string | undefined, options: OwnOptions) =>
        uid === undefined ? listOwn(session, options) : runOwn(session, uid, options)
      )
    )
}

async function listOwn({ out, signal }: Session, { data }: OwnOptions): Promise<void> {
  const { accounts } = await unlessStopped(signal, fetchOwn(await operatorOf(data)))
  const lines = accounts.map(({ uid, at }) => `${uid}  since ${new Date(at).toISOString()}`)
  out.tell('own-accounts', { accounts }, lines.join('\n') || 'No account is the provider’s own.')
}

async function runOwn(
  { out, signal }: Session,
  uid: string,
  { data, yes }: OwnOptions
): Promise<void> {
  expectUid(uid)
  // It is never taken back, and a stranger's account would pay for what others were promised.
  if (yes !== true) throw new FloodgateError('bad-option', `say --yes if ${uid} is yours`)
  const named = await unlessStopped(signal, postOwn(await operatorOf(data), uid))
  out.tell('own', named, `${uid} ${named.repeated ? 'was named before' : 'is the provider’s own'}`)
}
