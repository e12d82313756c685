// Runs all tests in two processes side by side, as they wait more than they compute. Each is a plain mocha that ends by itself, so
// what a test leaves open still hangs the run. One report after the other, then the sum.

import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const SHARDS = 2
const MOCHA = 'node_modules/mocha/bin/mocha.js'
/** Tests start hundreds of commands: what was made of their sources once serves them all. */
const COMPILED = resolve('node_modules/.cache/floodgate-compiled')
/** The last line of support/reporter.cjs. */
const SUM = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/

/** Passed, failed, skipped. */
type Sum = [number, number, number]

/** Neighbours are alike, so they are dealt in turn. */
const files = globSync('test/**/*.test.ts').sort()
const shards = Array.from({ length: SHARDS }, (_, shard) =>
  begin(files.filter((__, at) => at % SHARDS === shard))
)

function begin(part: string[]): { output: NodeJS.ReadableStream; ended: Promise<number> } {
  const env = { NODE_COMPILE_CACHE: COMPILED, ...process.env }
  const child = spawn(process.execPath, [MOCHA, ...part], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env
  })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  return { output: child.stdout, ended }
}

function show(line: string, sum: Sum): void {
  const found = SUM.exec(line)
  if (found === null) return console.log(line)
  for (const at of [0, 1, 2]) sum[at]! += Number(found[at + 1] ?? 0)
}

const sum: Sum = [0, 0, 0]
const [first, ...others] = shards
// Those that come later are read meanwhile: a pipe that is full would hold them up.
const later = others.map(({ output }) => text(output))
for await (const line of createInterface({ input: first!.output })) show(line, sum)
for (const one of later) for (const line of (await one).split('\n')) show(line, sum)
const codes = await Promise.all(shards.map(({ ended }) => ended))
const [passed, failed, skipped] = sum
const isBroken = failed === 0 && codes.some((code) => code !== 0)
if (isBroken) console.log('a test process ended before its end')
console.log(
  `${passed} passed, ${isBroken ? 1 : failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
)
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
