#!/usr/bin/env node
// Starts the command on a Node that can run it. Plain JavaScript that the oldest Node in use understands: on an old
// one it hands over to the `node` package if that is installed beside us, and otherwise says so in one line.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Types are stripped natively and `node:sqlite` is built in from here on. */
const NODE_MIN = [22, 18]
/** EX_CONFIG of sysexits.h: the machine is not set up for us. */
const EXIT_CONFIG = 78

const isNewEnough = (version) => {
  const [major, minor] = version.split('.').map(Number)
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
}

/** Runs another process in our place: it gets our terminal and our signals, and we end as it does. */
function handOver(command, args) {
  // Where the system can replace a process, no second one stands between us and our signals.
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.removeAllListeners('warning')
    process.execve(command, [command, ...args], { ...process.env, FLOODGATE_HANDED_OVER: '1' })
  }
  const env = { ...process.env, FLOODGATE_HANDED_OVER: '1', FLOODGATE_LAUNCHER: process.pid }
  // When we are killed the channel breaks, and the other ends as well (src/stop.ts).
  const child = spawn(command, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'], env })
  // Not as a signal: it may have had the same one with the whole group, and a second means "do not wait".
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.connected && child.send(signal))
  }
  child.on('error', (error) => fail(error.message))
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + constants.signals[signal] : code
  })
}

function fail(text) {
  console.error(`floodgate: ${text}`)
  process.exitCode = EXIT_CONFIG
}

/** The binary of the `node` package, if there is one. */
function packagedNode() {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const binary = join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

const here = dirname(fileURLToPath(import.meta.url))
const source = join(here, '..', 'src', 'main.ts')
const args = process.argv.slice(2)
// In the repository the source runs as it is, by a condition that only the command line can set.
const fromSource = existsSync(source)
const start = fromSource
  ? ['-C', 'floodgate-source', '--disable-warning=ExperimentalWarning', source]
  : [fileURLToPath(import.meta.url)]

if (!isNewEnough(process.versions.node)) {
  const other = process.env.FLOODGATE_HANDED_OVER ? undefined : packagedNode()
  if (other !== undefined) handOver(other, [...start, ...args])
  else fail(`Node ${NODE_MIN.join('.')} or newer is needed; this is ${process.versions.node}.`)
} else if (fromSource) {
  handOver(process.execPath, [...start, ...args])
} else {
  await import('../dist/main.js')
}
