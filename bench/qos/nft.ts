// What nft does to a line, in the namespace of the process that runs it: packets get lost, and who connects is led to a proxy
// that delays him.

import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo, Server } from 'node:net'
import { delayServer } from './delay.ts'
import { LINE, NETWORK, command } from './network.ts'

export interface Lost {
  packets: number
  lost: number
}

/** Where the proxy connects from in the name of `NETWORK`: a process may have any of these addresses. */
const STAND_INS = NETWORK.replace(/^10/, '127')
const standInOf = (address: string): string => address.replace(/^10/, '127')
/** Of routes; any that is not in use. */
const ROUTES = '77'

/** Rejects when one of these cannot be had. They are tried for good: not in a namespace where anybody is. */
export async function tryFilters(): Promise<void> {
  await command('ip', 'link', 'set', 'lo', 'up')
  await lose(0.5)
  await openDetours()
}

/** Loses a share of the packets that come in, and counts them. */
export async function lose(share: number): Promise<void> {
  const chance = `numgen random mod 1000000 < ${Math.round(share * 1e6)}`
  const rules = `table inet loss {
    counter came {}
    counter lost {}
    chain in {
      type filter hook input priority 0;
      iifname ${LINE} counter name came;
      iifname ${LINE} ${chance} counter name lost drop;
    }
  }`
  await command('nft', rules)
}

/** What came in so far, and what of it was lost. */
export async function countLost(): Promise<Lost> {
  const listed = await command('nft', '-j', 'list', 'counters', 'table', 'inet', 'loss')
  const { nftables } = JSON.parse(listed) as {
    nftables: { counter?: { name: string; packets: number } }[]
  }
  const count = (name: string): number =>
    nftables.find(({ counter }) => counter?.name === name)!.counter!.packets
  return { packets: count('came'), lost: count('lost') }
}

/**
 * Lets connections to some ports be led to others. A proxy there that connects in turn to 127.0.0.1, from the stand-in of an
 * address, is seen by the server with that address itself: peers are told apart by it, and the tracker hands it on.
 */
export async function openDetours(): Promise<void> {
  const rules = `table ip detour {
    map ports { type inet_service : inet_service; }
    chain in {
      type nat hook prerouting priority -100;
      iifname ${LINE} meta l4proto tcp redirect to :tcp dport map @ports;
    }
    chain out {
      type nat hook postrouting priority 100;
      oifname lo snat ip prefix to ip saddr map { ${STAND_INS} : ${NETWORK} };
    }
  }`
  await command('nft', rules)
  // What such a server answers stays here, and may be turned back into a stand-in.
  await command('ip', 'rule', 'add', 'from', '127.0.0.1', 'to', NETWORK, 'lookup', ROUTES)
  await command('ip', 'route', 'add', 'local', NETWORK, 'dev', 'lo', 'table', ROUTES)
  await writeFile('/proc/sys/net/ipv4/conf/lo/route_localnet', '1')
  // With packets of 64 KiB the kernel would hold megabytes between server and proxy.
  await command('ip', 'link', 'set', 'lo', 'mtu', '1500')
}

/** Delays whoever connects to a server that this process opens from now on. */
export function delayServers(delayMs: number): void {
  const ours = new WeakSet<Server>()

  async function detour(server: Server): Promise<void> {
    const { port } = server.address() as AddressInfo
    const sourceOf = standInOf
    const proxy = delayServer({ port, delayMs, sourceOf })
    ours.add(proxy)
    await once(proxy.listen(0, '0.0.0.0'), 'listening')
    const element = ['element', 'ip', 'detour', 'ports']
    const pair = `{ ${port} : ${(proxy.address() as AddressInfo).port} }`
    await command('nft', 'add', ...element, pair)
    const close = async (): Promise<void> => {
      proxy.close()
      await command('nft', 'delete', ...element, pair)
    }
    if (server.listening) server.once('close', () => void close())
    else await close()
  }

  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server }
    if (!ours.has(server)) void detour(server)
  })
}
