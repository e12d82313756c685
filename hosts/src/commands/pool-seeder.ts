// `floodgate pool-seeder`: a seeder of a provider's pool. Somewhere else, started by an autoscaler, it asks its provider what to
// seed; as a child of the provider (qos/seed-in-child.ts) it does what its parent says.

import { readFile } from 'node:fs/promises'
import { FloodgateError } from '@floodgate/protocol'
import { isLaunched } from '../stop.ts'
import { parseCount, parseUrl } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'
import { TURNS_OPTION } from './selling.ts'

interface Options {
  provider?: string
  contents?: string
  wallet?: string
  content?: string
  tokenFile?: string
  limit?: number
  turns?: boolean
  peerPort?: number
}

const TOKEN_VARIABLE = 'FLOODGATE_TOKEN'

export const addPoolSeeder: AddCommand = (program, act) => {
  program
    .command('pool-seeder')
    .description('seed what a provider with a pool elsewhere decides (needs its shelf)')
    .option('--provider <url>', 'the provider', parseUrl)
    .option('--contents <dir>', 'its directory `contents`, or a copy of it')
    .option('--wallet <file>', 'wallet of this seeder; made if it is not there')
    .option('--content <hash>', 'seed this info hash and nothing else')
    .option('--token-file <file>', `token with the scope seed (or set ${TOKEN_VARIABLE})`)
    .option('--limit <n>', 'unpaid pieces that one buyer may have', parseCount(1, 32))
    .option(...TURNS_OPTION)
    .option('--peer-port <n>', 'port for peers (default any)', parseCount(0, 65535))
    .addHelpText(
      'after',
      examples(
        'floodgate pool-seeder --provider https://cdn.example --contents /shop/contents --wallet seeder.json'
      )
    )
    .action(act((session, options: Options) => runPoolSeeder(session, options)))
}

async function runPoolSeeder(session: Session, options: Options): Promise<void> {
  if (process.send !== undefined && !isLaunched() && options.provider === undefined) {
    const { obeyParent } = await import('../qos/obey-parent.ts')
    return obeyParent(session)
  }
  const {
    provider,
    contents,
    wallet: walletFile,
    content: only,
    peerPort: port,
    limit,
    turns
  } = options
  if (provider === undefined || contents === undefined || walletFile === undefined) {
    throw new FloodgateError('bad-option', 'say --provider, --contents and --wallet')
  }
  if (only !== undefined && !/^[0-9a-f]{40}$/.test(only)) {
    throw new FloodgateError('bad-option', `--content: ${only} is no info hash`)
  }
  const { seedFar } = await import('../qos/seed-far.ts')
  const token = await tokenOf(options)
  await seedFar({
    ...session,
    ...{ provider, token, contents, walletFile, only, port, limit, turns }
  })
}

async function tokenOf({ tokenFile }: Options): Promise<string> {
  if (tokenFile !== undefined) return (await readFile(tokenFile, 'utf8')).split(/\r?\n/)[0]!.trim()
  const token = process.env[TOKEN_VARIABLE]
  if (token !== undefined && token !== '') return token
  throw new FloodgateError('bad-option', `set ${TOKEN_VARIABLE} or give --token-file`)
}
