// A provider of a few lines on a real port: it speaks the protocol for real, and misbehaves when told to.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  NO_HEAD,
  PROVIDER_UID,
  REVOCATIONS_LIST_MAX,
  codeOf,
  concat,
  countBits,
  decode,
  encode,
  equal,
  fromBase64url,
  nextHead,
  openSealed,
  platformCrypto as crypto,
  sealTo,
  toBase64url,
  toHex,
  utf8,
  verifySignature,
  type Header,
  type Message,
  type Revocation
} from '@floodgate/protocol'
import { Wallet, memoryStorage } from '@floodgate/wallet'
import { CHEAP, DAY_MS, type IssuedPurse, type TestProvider } from './bed.ts'

const EMPTY = new Uint8Array(0)
type Announce = Message<'announce'> & Header
type PeerList = Omit<Message<'peerList'>, keyof Header>
type Claimed = Message<'claimed'>['results'][number]

/** Bencodes a dictionary of byte strings and numbers. */
export function bencode(values: Record<string, Uint8Array | string | number>): Uint8Array {
  const parts: Uint8Array[] = [utf8('d')]
  for (const key of Object.keys(values).sort()) {
    const value = values[key]!
    const bytes = typeof value === 'string' ? utf8(value) : value
    parts.push(utf8(`${key.length}:${key}`))
    if (typeof bytes === 'number') parts.push(utf8(`i${bytes}e`))
    else parts.push(utf8(`${bytes.length}:`), bytes)
  }
  return concat(...parts, utf8('e'))
}

/** For `TestServer.instead`: always this answer. */
export const says =
  (status: number, body: string | Uint8Array) =>
  (_: unknown, response: ServerResponse): boolean => {
    response.writeHead(status).end(body)
    return true
  }

export class TestServer {
  readonly provider: TestProvider
  readonly accounts = new Map<
    string,
    { uid: Uint8Array; signKey: Uint8Array; boxKey: Uint8Array }
  >()
  readonly purses = new Map<string, IssuedPurse>()
  readonly announces: Announce[] = []
  readonly claims: (Message<'claim'> & Header)[] = []
  readonly settled = new Map<string, Claimed[]>()
  readonly bodies: number[] = []
  url = ''
  price = 3n
  pieces = 12
  clockMs = 0
  /** Changes the peer list before it is signed. */
  spoil: (list: PeerList) => PeerList = (list) => list
  /** Judges one claimed purse. */
  judge = (item: Message<'claim'>['purses'][number]): Claimed => ({
    purse: item.purse,
    credited: BigInt(countBits(item.bitmap)) * this.price,
    fresh: countBits(item.bitmap),
    conflicting: 0,
    code: ''
  })
  /** What the revocation log has. */
  readonly revoked: Revocation[] = []
  /** Answers instead of the routes; false: the routes answer. */
  instead: (request: IncomingMessage, response: ServerResponse) => boolean = () => false
  readonly #server: Server

  constructor(provider: TestProvider) {
    this.provider = provider
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(400).end(JSON.stringify({ error: codeOf(error) }))
      })
    })
  }

  /** A wallet for this server, not registered yet. */
  wallet(storage = memoryStorage()): Promise<Wallet> {
    const { rootKey } = this.provider
    return Wallet.create({ storage, passphrase: '', rootKey, api: this.url, scrypt: CHEAP })
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  now(): number {
    return Date.now() + this.clockMs
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk as Uint8Array)
    const body = concat(...chunks)
    if (this.instead(request, response)) return
    const url = new URL(request.url!, 'http://x')
    if (request.method === 'POST') {
      if (request.headers['content-type'] !== 'application/octet-stream') throw new Error('type')
      this.bodies.push(body.length)
    }
    const route = url.pathname.replace('/floodgate/v1', '')
    if (route === '/provider') response.end(this.#info())
    else if (route === '/register') response.end(await this.#register(body))
    else if (route === '/announce') response.end(await this.#announce(url))
    else if (route === '/claims') response.end(await this.#claim(body))
    else if (route === '/account') response.end(await this.#account(body, response))
    else if (route.startsWith('/revocations/')) {
      response.end(await this.revocations(Number(route.slice('/revocations/'.length))))
    } else response.writeHead(404).end()
  }

  #info(): string {
    const { rootKey, epoch } = this.provider
    const keys = { rootKey: toBase64url(rootKey), epoch: toBase64url(epoch) }
    return JSON.stringify({ ...keys, currency: 'EUR', name: 'Test', time: this.now(), more: [] })
  }

  async #register(body: Uint8Array): Promise<Uint8Array> {
    const message = decode(body, 'register').message as Message<'register'> & Header
    if (!equal(message.signer, PROVIDER_UID)) throw new Error('signer')
    await verifySignature(crypto, body, message.signKey)
    const key = toHex(message.signKey)
    const account = this.accounts.get(key) ?? { uid: crypto.random(16), ...message }
    this.accounts.set(key, account)
    const { uid, signKey, boxKey } = account
    const certificate = await this.provider.certificate(uid, signKey, boxKey, this.now())
    const registered = encode('registered', { uid, certificate, epoch: this.provider.epoch })
    return sealTo(crypto, boxKey, registered)
  }

  /** The signed message of an account. */
  async #signed<N extends 'announce' | 'claim' | 'accountRequest'>(name: N, bytes: Uint8Array) {
    const message = decode(bytes, name).message as Message<N> & Header
    const account = [...this.accounts.values()].find(({ uid }) => equal(uid, message.signer))!
    await verifySignature(crypto, bytes, account.signKey)
    return { message, account }
  }

  async #announce(url: URL): Promise<Uint8Array> {
    const frame = fromBase64url(url.searchParams.get('fg')!)!
    const { message, account } = await this.#signed('announce', frame)
    const time = this.now()
    if (Math.abs(time - message.time) > 60_000) {
      const said = { 'failure reason': 'clock: too far', 'fg code': 'clock', 'fg time': time }
      return bencode(said)
    }
    this.announces.push(message)
    const sold = message.want === 1 ? await this.#sell(message) : undefined
    const list = this.spoil({
      uid: account.uid,
      infoHash: message.infoHash,
      announce: crypto.sha256(frame),
      purse: sold?.frame ?? EMPTY,
      seed: sold ? sealTo(crypto, account.boxKey, sold.seed) : EMPTY,
      epoch: this.provider.epoch,
      peers: Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1, 10, 0, 0, 1, 0, 0),
      peers6: concat(new Uint8Array(15), Uint8Array.of(1, 0x1a, 0xe2)),
      complete: 4,
      incomplete: 5,
      intervalSeconds: 30,
      revocations:
        message.revoked < this.revoked.length ? await this.revocations(message.revoked) : EMPTY,
      notices: 0
    })
    const fg = await this.provider.issuer.sign('peerList', list, { time, expiry: time + DAY_MS })
    return bencode({ complete: -1, fg, interval: 30, peers: EMPTY })
  }

  /** The signed list behind version `since`. */
  revocations(since: number): Promise<Uint8Array> {
    const entries = this.revoked.slice(since, since + REVOCATIONS_LIST_MAX)
    const upTo = this.revoked.slice(0, since + entries.length)
    const head = upTo.reduce<Uint8Array>((at, entry) => nextHead(crypto, at, entry), NO_HEAD)
    const time = this.now()
    const on = { time, expiry: time + DAY_MS }
    return this.provider.issuer.sign('revocations', { since, head, entries, nextUpdate: time }, on)
  }

  async #sell(announce: Announce): Promise<IssuedPurse> {
    const id = toHex(announce.session)
    const { infoHash } = announce
    const sold =
      this.purses.get(id) ??
      (await this.provider.purse(announce.signer, this.pieces, { infoHash, price: this.price }))
    this.purses.set(id, sold)
    return sold
  }

  async #claim(sealed: Uint8Array): Promise<Uint8Array> {
    const bytes = openSealed(crypto, this.provider.boxSecret, sealed)
    const { message } = await this.#signed('claim', bytes)
    this.claims.push(message)
    const id = toHex(message.session)
    const results = this.settled.get(id) ?? message.purses.map((item) => this.judge(item))
    this.settled.set(id, results)
    const time = this.now()
    return this.provider.issuer.sign(
      'claimed',
      { claim: crypto.sha256(bytes), results, balance: 77n, currency: 'EUR' },
      { session: message.session, time, expiry: time + DAY_MS }
    )
  }

  async #account(body: Uint8Array, response: ServerResponse): Promise<string> {
    const { message, account } = await this.#signed('accountRequest', body)
    if (Math.abs(this.now() - message.time) > 60_000) {
      response.writeHead(409)
      return JSON.stringify({ error: 'clock', text: '…' })
    }
    const amounts = {
      balance: '-5',
      deposited: '7',
      escrow: '9007199254740993',
      earned: '1',
      spent: '0'
    }
    return JSON.stringify({ uid: toHex(account.uid), currency: 'EUR', ...amounts })
  }
}
