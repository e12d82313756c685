// Commands of this system that make a network, in the namespace of the process that runs them.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The line of a peer, in its own namespace. */
export const LINE = 'line0'
/** Where all lines are plugged in. */
export const NETWORK = '10.77.0.0/24'
const BRIDGE = 'hub0'
/** What a shaper lets through at once, in bytes: a few packets. */
const BURST = 8 * 1024
/** A home router's buffer: what is behind so much is dropped. Thirty packets at the least, for lines as slow as these. */
const QUEUE_SECONDS = 0.3
const QUEUE_BYTES_MIN = 30 * 1514

export interface Line {
  /** What it carries, bytes per second. */
  up: number
  down: number
  /** One way, of connections that were made to who has it. */
  delayMs: number
}

/** Resolves to what it printed. Rejects with what it complained of first, or when there is no such command. */
export async function command(file: string, ...args: string[]): Promise<string> {
  try {
    return (await run(file, args)).stdout
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw new Error(`${file}: ${(stderr || message).split('\n')[0]}`, { cause: error })
  }
}

/** A bridge, and nothing on it. Rejects where namespaces have no such thing. */
export async function openBridge(): Promise<void> {
  await command('ip', 'link', 'add', BRIDGE, 'type', 'bridge')
  await command('ip', 'link', 'set', BRIDGE, 'up')
}

/** A line from the bridge into the namespace of a process, limited both ways. */
export async function plug(port: string, pid: number, { up, down }: Line): Promise<void> {
  const ends = ['type', 'veth', 'peer', 'name', LINE, 'netns', String(pid)]
  await command('ip', 'link', 'add', port, ...ends)
  await command('ip', 'link', 'set', port, 'master', BRIDGE, 'up')
  await limit(port, down)
  // What goes up is limited where it comes in, as by a router: a sender whose own device drops packets does not take that for
  // loss, and stands still for seconds.
  const router = `${port}up`
  await command('ip', 'link', 'add', router, 'type', 'ifb')
  await command('ip', 'link', 'set', router, 'up')
  await command('tc', 'qdisc', 'add', 'dev', port, 'ingress')
  const all = ['protocol', 'all', 'u32', 'match', 'u32', '0', '0']
  const redirect = ['action', 'mirred', 'egress', 'redirect', 'dev', router]
  await command('tc', 'filter', 'add', 'dev', port, 'parent', 'ffff:', ...all, ...redirect)
  await limit(router, up)
}

/** The address of a line, counted from 1. */
export const addressOf = (number: number): string => NETWORK.replace('0/24', String(number))

/** The other end of it, with an address. */
export async function answer(address: string): Promise<void> {
  await command('ip', 'link', 'set', 'lo', 'up')
  await command('ip', 'address', 'add', `${address}/24`, 'dev', LINE)
  await command('ip', 'link', 'set', LINE, 'up')
}

async function limit(link: string, bytesPerSecond: number): Promise<void> {
  const rate = `${Math.round(bytesPerSecond * 8)}bit`
  const queue = Math.round(Math.max(QUEUE_BYTES_MIN, QUEUE_SECONDS * bytesPerSecond))
  const shape = ['rate', rate, 'burst', String(BURST), 'limit', String(queue)]
  await command('tc', 'qdisc', 'replace', 'dev', link, 'root', 'tbf', ...shape)
}
