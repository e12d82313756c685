// The command lines that stand in README, docs and the commands' own help are ones that the program takes.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { build } from '../../hosts/src/program.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const LINE = /^(?:\$ )?(?:npx )?(?:[A-Z_]+=\S+ )*floodgate (.+)$/
/** A sentence leaves away what does not matter to it; a line of its own is to be run as it stands. */
const LEFT_AWAY = [
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument'
]

/** As a shell takes it apart; without what stands for more, such as `…` and `[--ledger URL]`. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/\s[#>].*$/, '').matchAll(/"([^"]*)"|'([^']*)'|([^\s[\]]+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare!)
    .filter((word) => word !== '…')

const blocksOf = (text: string): string[] =>
  [...text.matchAll(/^```[a-z]*\n(.*?)^```/gms), ...text.matchAll(/^( {4}floodgate .*)$/gm)]
    .flatMap(([, block]) => block!.split('\n'))
    .map((line) => line.trim())

const sentencesOf = (text: string): string[] =>
  [...text.matchAll(/`(floodgate [^`]+)`/g)].map(([, code]) => code!)

function programOf(onHelp: (text: string) => void = () => undefined): Command {
  const program = new Command('floodgate')
  build(program, () => async () => undefined)
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: onHelp, writeErr: () => undefined })
    command.commands.forEach(quiet)
  }
  quiet(program)
  return program
}

/** What the program has against it; undefined for nothing. */
async function refusalOf(words: string[]): Promise<string | undefined> {
  try {
    await programOf().parseAsync(words, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode !== 0)
      return String(Object(error).code)
  }
  return undefined
}

async function expectTaken(
  where: string,
  lines: string[],
  mayLack: string[] = []
): Promise<number> {
  const refused: string[] = []
  const taken = lines.flatMap((line) => LINE.exec(line)?.[1] ?? [])
  for (const line of taken) {
    const code = await refusalOf(wordsOf(line))
    if (code !== undefined && !mayLack.includes(code)) refused.push(`${where}: ${line}: ${code}`)
  }
  assert.deepEqual(refused, [])
  return taken.length
}

describe('hosts: command lines in texts', () => {
  const files = [
    'README.md',
    ...globSync('{docs,plugins/*,tracker-extension,hosts}/*.md', { cwd: ROOT })
  ]

  for (const file of files) {
    it(`are taken as they stand in ${file}`, async () => {
      const text = readFileSync(ROOT + file, 'utf8')
      const count = await expectTaken(file, blocksOf(text))
      if (file === 'README.md') assert.ok(count > 20, String(count))
      await expectTaken(file, sentencesOf(text), LEFT_AWAY)
    })
  }

  it('are taken as they stand in the commands’ help', async () => {
    let text = ''
    const tell = (command: Command): void => {
      command.outputHelp()
      command.commands.forEach(tell)
    }
    tell(programOf((said) => (text += said)))
    const lines = text.split('\n').map((line) => line.trim())
    assert.ok((await expectTaken('help', lines)) > 40)
  })
})
