// `floodgate token`: who else may act as the operator, each with a token of its own that opens only what it needs.

import { FloodgateError } from '@floodgate/protocol'
import { ALL_SCOPES, SCOPES, type Scope } from '@floodgate/tracker'
import { expectSettings, homeOf } from '../provider/home.ts'
import { FIRST, createToken, listTokens, revokeToken } from '../provider/tokens.ts'
import { readUses } from '../provider/token-uses.ts'
import { table } from '../tables.ts'
import { parseDuration } from '../units.ts'
import { examples, type AddCommand, type Session } from './command.ts'

interface DataOptions {
  data: string
}
interface CreateOptions extends DataOptions {
  scope: Scope[]
  expires?: number
}

const DATA = ['--data <dir>', 'directory of the provider'] as const

export const addToken: AddCommand = (program, act) => {
  const token = program
    .command('token')
    .description('further tokens for acts of the operator, each for a few things only (operator)')
    .addHelpText('after', `\nScopes:\n${scopesText()}\n`)
  token
    .command('create')
    .description('make a token and show it, once; a running provider knows it at once')
    .argument('<name>', 'for the list and the log: small letters, digits and dashes')
    .requiredOption(...DATA)
    .requiredOption('--scope <scopes>', 'what it opens, such as read,deposits', parseScopes)
    .option(
      '--expires <duration>',
      'when it ends, such as 30d or 12h (default: never)',
      parseDuration
    )
    .addHelpText(
      'after',
      examples(
        'floodgate token create grafana --scope metrics --data ./shop',
        'floodgate token create cash-desk --scope read,deposits --expires 30d --data ./shop'
      )
    )
    .action(act((session, name: string, options: CreateOptions) => create(session, name, options)))
  token
    .command('list')
    .description('show all tokens, what they open and when they were used last')
    .requiredOption(...DATA)
    .addHelpText('after', examples('floodgate token list --data ./shop'))
    .action(act((session, options: DataOptions) => list(session, options)))
  token
    .command('revoke')
    .description('end a token, at once')
    .argument('<name>', 'its name')
    .requiredOption(...DATA)
    .addHelpText('after', examples('floodgate token revoke cash-desk --data ./shop'))
    .action(act((session, name: string, options: DataOptions) => revoke(session, name, options)))
}

const scopesText = (): string =>
  ALL_SCOPES.map((scope) => `  ${scope.padEnd(9)} ${SCOPES[scope]}`).join('\n')

/** Throws `bad-option`. */
function parseScopes(text: string): Scope[] {
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !ALL_SCOPES.includes(name as Scope))
  if (wrong === undefined) return [...new Set(names as Scope[])]
  throw new FloodgateError('bad-option', `scopes are ${ALL_SCOPES.join(', ')}, not ${wrong}`)
}

async function create(
  { out }: Session,
  name: string,
  { data, scope: scopes, expires }: CreateOptions
): Promise<void> {
  const home = homeOf(data)
  await expectSettings(home)
  const now = Date.now()
  const expiresAt = expires === undefined ? 0 : now + expires
  const token = await createToken(home, { name, scopes, expiresAt }, now)
  out.tell('token', { name, scopes, expiresAt, token }, token)
}

async function list({ out }: Session, { data }: DataOptions): Promise<void> {
  const home = homeOf(data)
  await expectSettings(home)
  const uses = await readUses(home)
  const first = { name: FIRST, scopes: ALL_SCOPES, createdAt: 0, expiresAt: 0 }
  const tokens = [first, ...(await listTokens(home))].map(
    ({ name, scopes, createdAt, expiresAt }) => {
      const used = uses[name] ?? 0
      // One of the same name may have been there before.
      return { name, scopes, createdAt, expiresAt, usedAt: used >= createdAt ? used : 0 }
    }
  )
  out.tell('tokens', { tokens })
  const columns = ['token', 'opens', 'ends', 'last used'].map((head) => ({ head }))
  const rows = tokens.map(({ name, scopes, expiresAt, usedAt }) => [
    ...[name, scopes.length === ALL_SCOPES.length ? 'everything' : scopes.join(', ')],
    ...[endText(expiresAt), usedAt === 0 ? 'never' : timeText(usedAt)]
  ])
  out.say(table(columns, rows))
}

const timeText = (time: number): string => new Date(time).toISOString().slice(0, 16)

function endText(expiresAt: number): string {
  if (expiresAt === 0) return 'never'
  return Date.now() < expiresAt ? timeText(expiresAt) : 'has ended'
}

async function revoke({ out }: Session, name: string, { data }: DataOptions): Promise<void> {
  const home = homeOf(data)
  await expectSettings(home)
  await revokeToken(home, name)
  out.tell('token-revoked', { name }, `${name} opens nothing any more`)
}
