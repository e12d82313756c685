// `npm run bench -- NAME [--json] [options]`: runs one benchmark, or all of them with short settings.

import { benches } from './benches.ts'
import type { Bench, Outcome } from './harness/bench.ts'
import { UsageError, optionLines, readValues } from './harness/command.ts'
import { machine } from '../hosts/src/machine.ts'
import { machineLine, tableOf } from './harness/show.ts'
import { Stage } from './harness/stage.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2
/** What ends it early, and with which exit code: 128 + signal, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 }

const json = process.argv.includes('--json')
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const put = (text: string): void => void process.stdout.write(`${text}\n`)
let stage: Stage | undefined
let stopping = false

function list(): void {
  put('npm run bench -- NAME [--json] [--profile FOLDER] [options]\n')
  for (const bench of benches) {
    put(`  ${bench.name.padEnd(10)} ${bench.line}`)
    for (const line of optionLines(bench)) put(line)
  }
  put('  all        every one of them, with short settings')
}

async function run(
  bench: Bench,
  args: string[],
  profile?: string,
  short = false
): Promise<Outcome> {
  const values = readValues(bench, args, short)
  say(`${bench.name}: ${bench.line}`)
  stage = await Stage.open({ say, profile })
  try {
    return await bench.run(stage, values)
  } finally {
    await stage.close()
  }
}

async function runOne(bench: Bench, args: string[], profile?: string): Promise<void> {
  const outcome = await run(bench, args, profile)
  const on = machine()
  if (json) put(JSON.stringify({ bench: bench.name, machine: on, results: outcome.results }))
  else put(`${bench.name} — ${machineLine(on)}\n${tableOf(bench.columns, outcome)}`)
}

async function runAll(): Promise<void> {
  const on = machine()
  const results: object[] = []
  if (!json) put(machineLine(on))
  for (const bench of benches) {
    const outcome = await run(bench, [], undefined, true)
    if (!json) put(`${bench.name}\n${tableOf(bench.columns, outcome)}`)
    results.push(...outcome.results.map((row) => ({ bench: bench.name, ...row })))
  }
  if (json) put(JSON.stringify({ bench: 'all', machine: on, results }))
}

/** Takes `--json` and `--profile FOLDER` out; the rest is the benchmark's. */
function split(args: string[]): { name: string | undefined; rest: string[]; profile?: string } {
  const rest = args.filter((arg) => arg !== '--json')
  const at = rest.indexOf('--profile')
  const profile = at < 0 ? undefined : rest.splice(at, 2)[1]
  return { name: rest.shift(), rest, profile }
}

async function main(): Promise<void> {
  const { name, rest, profile } = split(process.argv.slice(2))
  if (name === undefined || name === '--help') return list()
  if (name === 'all') return runAll()
  const bench = benches.find((one) => one.name === name)
  if (bench === undefined) throw new UsageError(`there is no benchmark ${name}`)
  if (rest.includes('--help')) return put([bench.line, ...optionLines(bench)].join('\n'))
  await runOne(bench, rest, profile)
}

/** Puts everything away; what fails meanwhile fails because its processes are gone. */
async function stop(code: number): Promise<never> {
  stopping = true
  for (const signal of Object.keys(SIGNALS)) process.removeAllListeners(signal)
  await stage?.close()
  process.exit(code)
}

function fail(error: unknown): void {
  if (stopping) return
  const usage = error instanceof UsageError
  say(usage ? error.message : String((error as Error).stack ?? error))
  process.exitCode = usage ? EXIT_USAGE : EXIT_FAILED
}

for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => void stop(code))
await main().catch(fail)
