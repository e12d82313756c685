// A provider on a real tracker, and peers that speak the protocol by hand: what a wallet does, without one.

import * as fg from '@floodgate/protocol'
import {
  createProviderKeys,
  floodgateTracker,
  memoryLedger,
  renewEpoch,
  type FloodgateTracker,
  type FloodgateTrackerOptions,
  type LedgerStore,
  type ProviderKeys
} from '@floodgate/tracker'
import { expectDocumented } from '../api/documented.ts'
import { escaped, peerId, startTracker, type Stage } from '../guard/stage.ts'
import { isDictionary, readBencoded } from '../../../tracker-extension/src/mint/bencoded.ts'

export const crypto = fg.platformCrypto
export const OPERATOR = 'operator token'
export const START = 1_800_000_000_000

export type Body<N extends fg.SignedName> = fg.Body<N>

/** A provider as its peers know it, wherever it runs. */
export interface RemoteProvider {
  url: string
  trust: fg.Trust
  provider: Uint8Array
  /** The provider's clock, which stands still unless it is set. */
  clock: { now: number }
}

export interface World extends RemoteProvider {
  stage: Stage
  store: LedgerStore
  keys: ProviderKeys
  tracker: FloodgateTracker
  errors: unknown[]
  close(): Promise<void>
}

export async function startWorld(options: Partial<FloodgateTrackerOptions> = {}): Promise<World> {
  const keys = options.keys ?? (await createProviderKeys(crypto, START))
  const store = options.ledger ?? memoryLedger({ currency: 'EUR' })
  const errors: unknown[] = []
  const clock = { now: START }
  let tracker: FloodgateTracker | undefined
  const stage = await startTracker({}, (server) => {
    const now = () => clock.now
    const onError = (error: unknown) => errors.push(error)
    const own = { name: 'Test', operatorToken: OPERATOR, now, onError }
    tracker = floodgateTracker(server, { ...own, ...options, ledger: store, keys })
  })
  const trust = new fg.Trust(crypto, keys.rootKey)
  await trust.addEpoch(keys.epochs[0]!.frame, START)
  return {
    ...{ stage, store, keys, trust, errors, clock, tracker: tracker!, provider: trust.provider },
    url: `http://127.0.0.1:${stage.port}`,
    async close() {
      await tracker!.close()
      await stage.close()
      await store.close()
    }
  }
}

/** A canonical bencoder for tests: text, bytes, numbers, lists, dictionaries. */
export function bencode(value: unknown): Uint8Array {
  if (typeof value === 'number') return fg.utf8(`i${value}e`)
  if (typeof value === 'string') return bencode(fg.utf8(value))
  if (value instanceof Uint8Array) return fg.concat(fg.utf8(`${value.length}:`), value)
  if (Array.isArray(value)) return fg.concat(fg.utf8('l'), ...value.map(bencode), fg.utf8('e'))
  const keys = Object.keys(value as object).sort()
  const pairs = keys.flatMap((key) => [bencode(key), bencode((value as never)[key])])
  return fg.concat(fg.utf8('d'), ...pairs, fg.utf8('e'))
}

export interface Goods {
  pieces?: number
  price?: bigint
  open?: boolean
  currency?: string
  rootKey?: Uint8Array
  sealed?: fg.SealedTerms
  promise?: fg.ServicePromise
  /** Overrides of the info dictionary. */
  info?: Record<string, unknown>
}

/** A torrent file with an offer of this world's provider; the hash of its first piece is random. */
export function torrentOf(world: Pick<World, 'keys'>, goods: Goods = {}): Uint8Array {
  const { pieces = 10, price = 3n, open = false, currency = 'EUR', sealed } = goods
  const rootKey = goods.rootKey ?? world.keys.rootKey
  const terms = {
    rootKey,
    price,
    currency,
    open,
    promise: goods.promise,
    ...(sealed && { sealed })
  }
  const floodgate = fg.encodeOffer({ api: 'http://127.0.0.1', ...terms })
  const hashes = new Uint8Array(20 * pieces)
  hashes.set(crypto.random(20).subarray(0, hashes.length))
  const info = {
    ...{ name: 'content', length: pieces * 16384, 'piece length': 16384, private: 1 },
    ...{ pieces: hashes, floodgate },
    ...goods.info
  }
  return bencode({ announce: 'http://127.0.0.1/announce', info })
}

/** Publishes; the info hash in hex. */
export async function publish(world: World, goods: Goods = {}): Promise<string> {
  return (await world.tracker.publish(torrentOf(world, goods))).infoHash
}

export async function post(
  world: RemoteProvider,
  path: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {}
): Promise<Response> {
  const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
  const response = await fetch(`${world.url}/floodgate/v1/${path}`, {
    method: 'POST',
    body: body as BodyInit,
    headers: { 'content-type': type, ...headers }
  })
  await expectDocumented('POST', `/${path}`, response)
  return response
}

/** Bytes of a good answer; the code of a bad one. */
export async function outcome(response: Response): Promise<Uint8Array | string> {
  if (response.ok) return new Uint8Array(await response.arrayBuffer())
  return ((await response.json()) as { error: string }).error
}

export interface Trader {
  uid: Uint8Array
  uidHex: string
  signer: fg.Signer
  boxSecret: Uint8Array
  certificate: Uint8Array
}

export async function registerMessage(
  world: RemoteProvider,
  key: fg.SignKey,
  boxKey: Uint8Array
): Promise<Uint8Array> {
  const signer = fg.createSigner(crypto, key, fg.PROVIDER_UID, world.provider)
  const body = { signKey: key.publicKey, boxKey, payment: 'card' }
  const time = world.clock.now
  return signer.sign('register', body, { time, expiry: time })
}

export interface OwnKeys {
  key: fg.SignKey
  boxSecret: Uint8Array
}

export const newKeys = (): OwnKeys => ({
  key: crypto.signKey(crypto.random(32)),
  boxSecret: crypto.random(32)
})

/** A registered peer, with money if asked. */
export async function register(
  world: RemoteProvider,
  funds = 0n,
  { key, boxSecret } = newKeys()
): Promise<Trader> {
  const message = await registerMessage(world, key, crypto.boxPublicKey(boxSecret))
  const sealed = await outcome(await post(world, 'register', message))
  if (typeof sealed === 'string') throw new Error(sealed)
  const opened = fg.openSealed(crypto, boxSecret, sealed)
  const { uid, certificate } = fg.decode(opened, 'registered').message
  const uidHex = fg.toHex(uid)
  if (funds > 0n) await fund(world, uidHex, funds)
  const signer = fg.createSigner(crypto, key, uid.slice(), world.provider)
  return { uid: uid.slice(), uidHex, signer, boxSecret, certificate: certificate.slice() }
}

let deposits = 0
export async function fund(world: RemoteProvider, uid: string, amount: bigint): Promise<void> {
  const body = JSON.stringify({ uid, amount: String(amount), reason: 'test', id: `d${++deposits}` })
  const headers = { authorization: `Bearer ${OPERATOR}` }
  const response = await post(world, 'operator/deposits', body, headers)
  if (!response.ok) throw new Error(await response.text())
}

export const balanceOf = async (world: World, uid: string): Promise<bigint> =>
  (await world.store.account(uid))!.balanceMinor

export interface AnnounceWish extends Partial<fg.Message<'announce'>> {
  session?: Uint8Array
  counter?: number
  time?: number
}

let counter = 0
/** A signed announce; a buyer's unless `want` says otherwise. */
export function announceMessage(
  world: RemoteProvider,
  { signer }: Pick<Trader, 'signer'>,
  infoHash: string,
  wish: AnnounceWish = {}
): Promise<Uint8Array> {
  const { session, time = world.clock.now, ...fields } = wish
  const body = {
    ...{ infoHash: fg.fromHex(infoHash), event: 'started', port: 6881, want: 1, again: 0 },
    ...{ pieces: [], price: 3n, currency: 'EUR', revoked: 0, ...fields }
  }
  const on = { session, counter: wish.counter ?? ++counter, time, expiry: time + 600_000 }
  return signer.sign('announce', body, on)
}

export interface HttpAnswer {
  code: string
  fg: Uint8Array | undefined
  peers: Uint8Array
}

/** Announces over HTTP with a raw fetch. */
export async function announceHttp(
  world: RemoteProvider,
  infoHash: string,
  envelope?: Uint8Array,
  { port = 6881, event = 'started', peer = 'a', left = 1 } = {}
): Promise<HttpAnswer> {
  const sealed = envelope === undefined ? '' : `&fg=${fg.toBase64url(envelope)}`
  const who = `peer_id=${escaped(peerId(peer))}&port=${port}&left=${left}&compact=1&event=${event}`
  const response = await fetch(
    `${world.url}/announce?info_hash=${escaped(infoHash)}&${who}${sealed}`
  )
  const { value } = readBencoded(new Uint8Array(await response.arrayBuffer()))
  if (!isDictionary(value)) throw new Error('not a dictionary')
  const bytes = (key: string) => value[key] as Uint8Array | undefined
  const code = fg.fromUtf8(bytes('fg code') ?? new Uint8Array()) ?? ''
  return { code, fg: bytes('fg'), peers: bytes('peers') ?? new Uint8Array() }
}

/** A verified peer list. */
export function readPeerList(
  world: RemoteProvider,
  envelope: Uint8Array | undefined
): Promise<fg.Message<'peerList'>> {
  return world.trust.issued('peerList', envelope ?? new Uint8Array(), world.clock.now)
}

export interface Bought {
  purse: fg.PurseCertificate
  frame: Uint8Array
  tokens: fg.Tokens
}

/** Buys over HTTP and checks all that a buyer checks. */
export async function buy(
  world: RemoteProvider,
  buyer: Trader,
  infoHash: string,
  wish: AnnounceWish & { left?: number } = {}
): Promise<Bought> {
  const { left = 1, ...fields } = wish
  const envelope = await announceMessage(world, buyer, infoHash, fields)
  const answer = await announceHttp(world, infoHash, envelope, { left })
  if (answer.code !== '') throw new Error(answer.code)
  return openPurse(world, buyer, await readPeerList(world, answer.fg))
}

export async function openPurse(
  world: RemoteProvider,
  buyer: Trader,
  list: fg.Message<'peerList'>
): Promise<Bought> {
  const purse = await world.trust.issued('purse', list.purse, world.clock.now)
  const seed = fg.openSealed(crypto, buyer.boxSecret, list.seed)
  const tokens = fg.makeTokens(crypto, seed, purse.count)
  if (!fg.equal(tokens.root, purse.root)) throw new Error('the root does not fit the seed')
  return { purse, frame: list.purse, tokens }
}

/** The keys of this world with a further epoch, in use from now on. */
export function renewedKeys(world: World): Promise<ProviderKeys> {
  return renewEpoch(crypto, world.keys, world.clock.now)
}
