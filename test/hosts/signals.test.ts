// Signals, as terminals, shells and process keepers send them, to the command behind its launcher: on a Node that cannot
// replace a process, the launcher stands between us and whoever stops us.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Line } from '../../hosts/src/show/child.ts'

const COMMAND = fileURLToPath(new URL('../../hosts/bin/floodgate.js', import.meta.url))
const NODE = [process.execPath]
/** As a Node before 22.15, which has no execve. */
const OLDER_NODE = [...NODE, '--import', 'data:text/javascript,delete process.execve']
/** npx starts a shell that waits for us. */
const SHELL = ['sh', '-c', '"$0" "$@"; true', ...NODE]

class Launched {
  readonly launcher: ChildProcess
  readonly lines: Line[] = []
  /** Whatever writes to our end of stdout has ended: the provider, not only its launcher. */
  readonly gone: Promise<unknown>
  readonly #heard: () => Promise<unknown[]>
  #isGone = false

  /** A provider behind its launcher, in a process group of its own. */
  constructor(launcher: string[], data: string, ...more: string[]) {
    const args = [...launcher, COMMAND, 'provider', '--data', data, '--json']
    const options = ['--port', '0', '--no-seed', ...more]
    const env = { ...process.env, npm_lifecycle_event: 'npx' }
    const stdio = ['ignore', 'pipe', 'ignore'] as const
    const settings = { stdio: [...stdio], detached: true, env }
    this.launcher = spawn(args[0]!, [...args.slice(1), ...options], settings)
    const lines = createInterface({ input: this.launcher.stdout! })
    lines.on('line', (text) => this.lines.push(JSON.parse(text) as Line))
    this.gone = once(lines, 'close').then(() => (this.#isGone = true))
    this.#heard = () => once(lines, 'line')
  }

  get events(): string[] {
    return this.lines.map(({ event }) => event)
  }

  async listening(): Promise<string> {
    for (;;) {
      const found = this.lines.find(({ event }) => event === 'listening')
      if (found !== undefined) return String(found['url'])
      await this.#heard()
    }
  }

  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.launcher.pid!, signal)
  }

  /** For a test that failed: nothing of it stays. */
  end(): void {
    if (!this.#isGone) this.signalGroup('SIGKILL')
  }

  /** The launcher's exit code, once the provider is gone as well. */
  async ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.launcher
    if (exitCode === null && signalCode === null) await once(this.launcher, 'exit')
    await this.gone
    return this.launcher.exitCode
  }
}

describe('hosts: signals', function () {
  this.timeout(30_000)
  let dir: string
  const launched: Launched[] = []
  const launch = (...args: ConstructorParameters<typeof Launched>): Launched => {
    launched.push(new Launched(...args))
    return launched.at(-1)!
  }

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'floodgate-test-'))
  })
  afterEach(async () => {
    for (const one of launched.splice(0)) one.end()
    await rm(dir, { recursive: true, force: true })
  })

  for (const [what, node] of [
    ['a Node with execve', NODE],
    ['an older Node', OLDER_NODE]
  ] as const) {
    it(`W14: on ${what}, one Ctrl-C of the whole group is one, and another says "do not wait"`, async () => {
      const patient = launch(node, join(dir, 'patient'))
      await patient.listening()
      patient.signalGroup('SIGINT')
      assert.equal(await patient.ended(), 0)
      assert.equal(patient.events.at(-1), 'stopped')

      const hasty = launch(node, join(dir, 'hasty'), '--drain', '5m')
      const url = await hasty.listening()
      hasty.signalGroup('SIGINT')
      while ((await fetch(`${url}/readyz`)).status === 200) await sleep(10)
      const ended = hasty.ended()
      for (let isOver = false; !isOver;) {
        hasty.signalGroup('SIGINT')
        isOver = await Promise.race([ended.then(() => true), sleep(600, false)])
      }
      assert.notEqual(await ended, 0)
      assert.ok(!hasty.events.includes('stopped'))
    })
  }

  const lost: [what: string, launcher: string[], signal: NodeJS.Signals][] = [
    ['its launcher, on an older Node, is stopped', OLDER_NODE, 'SIGTERM'],
    ['its launcher, on an older Node, is killed', OLDER_NODE, 'SIGKILL'],
    ['the shell of npx is stopped', SHELL, 'SIGTERM']
  ]
  for (const [what, launcher, signal] of lost) {
    it(`W14: the provider ends well when ${what}`, async () => {
      const provider = launch(launcher, dir)
      await provider.listening()
      provider.launcher.kill(signal)
      await provider.ended()
      assert.equal(provider.events.at(-1), 'stopped')
    })
  }
})
