// Addresses of strangers: one spelling for each, and the part of it that stands for one host.
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * An IPv4 or IPv6 address in one spelling (no IPv4-mapped prefix, no zone); undefined for what is
 * none.
 */
export function cleanAddress(address: unknown): string | undefined {
  if (typeof address !== 'string') return undefined
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/s, '')
  return isIP(bare) === 0 ? undefined : bare
}

/**
 * The address that a request comes from. Behind a proxy that we trust it is the last one of its
 * header: what stands before that, the asker may have written itself.
 */
export function askerOf(request: IncomingMessage, trustProxy: boolean): string | undefined {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined
  return cleanAddress(String(forwarded).split(',').at(-1)?.trim()) ?? ownAddress(request)
}

function ownAddress({ socket }: IncomingMessage): string | undefined {
  return cleanAddress(socket.remoteAddress)
}

/** `address:port` as the server spells it: the place of an HTTP or UDP member in a swarm. */
export function addressAndPort(address: string, port: number | undefined): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/**
 * What counts as one host: an IPv4 address, or the /64 of an IPv6 one, which is what a household is
 * given.
 */
export function hostOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const all = [...left, ...new Array<string>(zeros).fill('0'), ...right]
  return `${all.slice(0, 4).join(':')}::/64`
}

function groups(part: string): string[] {
  if (part === '') return []
  return part.split(':').flatMap((group) =>
    // A dotted tail stands for two groups.
    group.includes('.') ? ['0', '0'] : [group.replace(/^0+(?=.)/, '')]
  )
}
