// The example in each package's documentation: what it imports exists, and where it says what it prints
// (`console.log(x) // 7`), it is run and prints that.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PACKAGES = [
  'plugins/floodgate-protocol',
  'plugins/floodgate-push',
  'plugins/floodgate-qos',
  'plugins/floodgate-wallet',
  'plugins/floodgate-wire',
  'tracker-extension'
]

/** The first ```ts block of the package's documentation, without the stars. */
function exampleOf(folder: string): string {
  const text = readFileSync(new URL(`../${folder}/src/index.ts`, import.meta.url), 'utf8')
  const block = /```ts\n([^]*?)```/.exec(text)?.[1]
  assert.ok(block, `${folder}: no example in src/index.ts`)
  return block.replace(/^ \* ?/gm, '')
}

/** What the example says that it prints, line by line. */
const outputOf = (example: string): string[] =>
  [...example.matchAll(/console\.log\(.*\) *\/\/ (.+)$/gm)].map(([, expected]) => expected!)

/** Runs the code until it has printed so many lines or ended. */
function run(code: string, lines: number): Promise<string[]> {
  const flags = ['-C', 'floodgate-source', '--input-type=module-typescript', '-e', code]
  const child = spawn(process.execPath, flags, { cwd: ROOT })
  let [output, errors] = ['', '']
  child.stderr.on('data', (chunk) => (errors += String(chunk)))
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
    if (output.split('\n').length > lines) child.kill() // a server would go on
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => {
      if (exitCode !== null && exitCode !== 0) reject(new Error(errors))
      else resolve(output.trimEnd().split('\n'))
    })
  })
}

describe('examples in the packages’ documentation', () => {
  for (const folder of PACKAGES) {
    it(`${folder}: imports what exists`, async () => {
      const imports = exampleOf(folder).matchAll(/^import \{ (.*) \} from '(@floodgate\/.*)'$/gm)
      const found = [...imports]
      assert.ok(found.length > 0)
      for (const [, names, specifier] of found) {
        const module = (await import(specifier!)) as object
        for (const name of names!.split(', ')) assert.ok(name in module, `${specifier!}: ${name}`)
      }
    })

    const example = exampleOf(folder)
    const expected = outputOf(example)
    if (expected.length === 0) continue
    it(`${folder}: prints what it says`, async () => {
      assert.deepEqual(await run(example, expected.length), expected)
    })
  }

  it('are run in the protocol and the tracker at least', () => {
    const run = PACKAGES.filter((folder) => outputOf(exampleOf(folder)).length > 0)
    assert.ok(run.includes('plugins/floodgate-protocol') && run.includes('tracker-extension'))
  })
})
