// Commands of this system that make a network, in the namespace of the process that runs them.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The line of a peer, in its own namespace. */
export const LINE = 'line0'
const BRIDGE = 'hub0'
/** What a shaper lets through at once, in bytes: a few packets. */
const BURST = 8 * 1024
/** A home router's buffer: what is behind so much is dropped. Thirty packets at the least, for lines as slow as these. */
const QUEUE_SECONDS = 0.3
const QUEUE_BYTES_MIN = 30 * 1514

/** What a line carries, bytes per second each way. */
export interface Line {
  up: number
  down: number
}

async function command(file: string, ...args: string[]): Promise<void> {
  await run(file, args)
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

/** The other end of it, with an address. */
export async function answer(address: string): Promise<void> {
  await command('ip', 'link', 'set', 'lo', 'up')
  await command('ip', 'address', 'add', `${address}/24`, 'dev', LINE)
  await command('ip', 'link', 'set', LINE, 'up')
}

const limit = (link: string, bytesPerSecond: number): Promise<void> => {
  const rate = `${Math.round(bytesPerSecond * 8)}bit`
  const queue = Math.round(Math.max(QUEUE_BYTES_MIN, QUEUE_SECONDS * bytesPerSecond))
  const shape = ['rate', rate, 'burst', String(BURST), 'limit', String(queue)]
  return command('tc', 'qdisc', 'replace', 'dev', link, 'root', 'tbf', ...shape)
}

/** Is there an nft that works? */
export async function canLose(): Promise<boolean> {
  try {
    await command('nft', 'add', 'table', 'inet', 'probe')
    return true
  } catch {
    return false
  }
}

/** Loses a share of what comes in.  */
export async function lose(share: number): Promise<void> {
  const rule = `numgen random mod 10000 < ${Math.round(share * 10_000)} drop`
  await command('nft', 'add', 'table', 'inet', 'loss')
  await command('nft', 'add chain inet loss in { type filter hook input priority 0; }')
  await command('nft', `add rule inet loss in iifname ${LINE} ${rule}`)
}
