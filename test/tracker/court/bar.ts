// What parties before the court say: the messages of a trade that serve as evidence, and complaints, proofs and answers by
// hand. With the stage, so that a test imports one thing.

import { createHash } from 'node:crypto'
import * as fg from '@floodgate/protocol'
import { bitmapOf, requestMessage } from '../mint/trade.ts'
import * as w from '../mint/world.ts'
import type { Case } from './stage.ts'

export * from './stage.ts'

const { crypto } = w

const later = ({ clock }: w.RemoteProvider) => ({ time: clock.now, expiry: clock.now + 1e9 })

export interface PaymentWish {
  /** Pieces paid now; the voucher covers `before` as well. */
  indexes: number[]
  before?: number[]
  payee?: Uint8Array
  token?: (index: number) => Uint8Array
  path?: (index: number) => Uint8Array
  voucher?: Partial<fg.Message<'voucher'>>
}

/** A voucher of the buyer over these pieces, as it stands in a payment. */
export async function voucherOf(
  { world, buyer, seller, bought }: Case,
  { indexes, before = [], payee = seller.uid, voucher = {} }: PaymentWish,
  items: fg.Message<'payment'>['items'] = []
): Promise<Uint8Array> {
  const { purse, tokens } = bought
  const all = [...before, ...indexes]
  const xor = new Uint8Array(32)
  for (const index of all) fg.xorInto(xor, tokens.token(index))
  const body = {
    ...{ payee, purse: purse.purse, count: all.length, xor },
    paid: fg.paidHash(crypto, bitmapOf(all, purse.count)),
    items: fg.itemsHash(crypto, items),
    delivery: crypto.random(32)
  }
  return buyer.signer.sign('voucher', { ...body, ...voucher }, later(world))
}

/** A whole payment message: what a seller keeps as evidence. */
export async function paymentOf(parties: Case, wish: PaymentWish): Promise<Uint8Array> {
  const { tokens } = parties.bought
  const items = wish.indexes.map((index) => ({
    index,
    token: (wish.token ?? tokens.token)(index),
    path: (wish.path ?? tokens.path)(index)
  }))
  return fg.encode('payment', { voucher: await voucherOf(parties, wish, items), items })
}

export function receiptOf(
  { world, seller, buyer, bought }: Case,
  voucher: Uint8Array,
  change: Partial<fg.Message<'receipt'>> = {},
  by: Pick<w.Trader, 'signer'> = seller
): Promise<Uint8Array> {
  const body = {
    ...{ payer: buyer.uid, purse: bought.purse.purse, count: 1, limit: 1 },
    ...{ voucher: crypto.sha256(voucher), ...change }
  }
  return by.signer.sign('receipt', body, later(world))
}

/** The seller's signed word of what it delivers; `hashes` spoils it. */
export function deliveryOf(
  { world, seller, buyer, bought, infoHash }: Case,
  index: number,
  change: Partial<fg.Message<'delivery'>> = {}
): Promise<Uint8Array> {
  const hash = createHash('sha1').update(world.shelf.get(infoHash)![index]!).digest()
  const body = {
    ...{ payer: buyer.uid, infoHash: fg.fromHex(infoHash), purse: bought.purse.purse },
    ...{ indexes: [index], hashes: new Uint8Array(hash), request: crypto.random(32), ...change }
  }
  return seller.signer.sign('delivery', body, later(world))
}

export interface Filing {
  kind: string
  by: w.Trader
  against: Uint8Array
  frames: Uint8Array[]
  index?: number
  count?: number
  infoHash?: Uint8Array
  purse?: Uint8Array
  counter?: number
}

export function complaintMessage(
  { world, infoHash, bought }: Case,
  f: Filing
): Promise<Uint8Array> {
  const body = {
    ...{ kind: f.kind, accused: f.against, frames: f.frames },
    ...{ infoHash: f.infoHash ?? fg.fromHex(infoHash), purse: f.purse ?? bought.purse.purse },
    ...{ index: f.index ?? 0, count: f.count ?? 0 }
  }
  return f.by.signer.sign('complaint', body, { ...later(world), counter: f.counter ?? 0 })
}

export type Verdict = fg.Message<'verdict'>

/** Sends a message to the court; the verified verdict, or the code of the refusal. */
export async function ask(
  world: w.RemoteProvider,
  path: string,
  bytes: Uint8Array,
  sealed = false
): Promise<Verdict | string> {
  const body = sealed ? fg.sealTo(crypto, world.trust.newestEpoch()!.boxKey, bytes) : bytes
  const answer = await w.outcome(await w.post(world, path, body))
  if (typeof answer === 'string') return answer
  const verdict = await world.trust.issued('verdict', answer, world.clock.now)
  if (!fg.equal(verdict.session, crypto.sha256(bytes))) throw new Error('to another message')
  return verdict
}

export async function verdictOf(answer: Promise<Verdict | string>): Promise<Verdict> {
  const verdict = await answer
  if (typeof verdict === 'string') throw new Error(verdict)
  return verdict
}

/** A verdict in words: `outcome code guilty`, the guilty by the name given here. */
export function words(verdict: Verdict | string, names: Record<string, w.Trader> = {}): string {
  if (typeof verdict === 'string') return verdict
  const { outcome, code, guilty } = verdict
  const name = Object.keys(names).find((one) => fg.equal(names[one]!.uid, guilty))
  return [outcome, code, name].filter(Boolean).join(' ')
}

export const complain = async (parties: Case, filing: Filing): Promise<Verdict | string> =>
  ask(parties.world, 'complaints', await complaintMessage(parties, filing), true)

/** A complaint that the buyer did not pay for this piece. */
export async function complainUnpaid(
  parties: Case,
  index = 0,
  filing: Partial<Filing> = {}
): Promise<Verdict> {
  const { world, buyer, seller, bought } = parties
  const request = await requestMessage(world, buyer, bought, seller.uid, { indexes: [index] })
  const sound = { kind: 'unpaid', by: seller, against: buyer.uid, frames: [request], index }
  return verdictOf(complain(parties, { ...sound, ...filing }))
}

/** The accuser proves that it has the piece. */
export async function prove(
  { world, infoHash, seller }: Case,
  { complaint, nonce, index }: Verdict,
  piece = world.shelf.get(infoHash)![index]!,
  by: Pick<w.Trader, 'signer'> = seller
): Promise<Verdict | string> {
  const proof = fg.possessionProof(crypto, nonce, piece)
  return ask(
    world,
    'possessions',
    await by.signer.sign('possession', { complaint, proof }, later(world))
  )
}

/** Complaint and proof in one. */
export async function proveUnpaid(parties: Case, index = 0): Promise<Verdict> {
  const verdict = await complainUnpaid(parties, index)
  return verdictOf(prove(parties, verdict))
}

/** The accused's answer; without frames and bitmap he accepts. */
export async function answer(
  { world, buyer }: Case,
  complaint: Uint8Array,
  frames: Uint8Array[] = [],
  bitmap: Uint8Array = new Uint8Array(),
  by: Pick<w.Trader, 'signer'> = buyer
): Promise<Verdict | string> {
  const bytes = await by.signer.sign('answer', { complaint, bitmap, frames }, later(world))
  return ask(world, 'answers', bytes, true)
}

let counter = 0
const fresh = (world: w.RemoteProvider) => ({ ...later(world), counter: ++counter })

/** The notices of an account as it reads them; the code of a refusal. */
export async function notices(
  world: w.RemoteProvider,
  { signer }: w.Trader,
  what = 'notices'
): Promise<fg.Message<'notices'>['items']> {
  const bytes = await signer.sign('accountRequest', { what }, fresh(world))
  const answer = await w.outcome(await w.post(world, 'notices', bytes))
  if (typeof answer === 'string') throw new Error(answer)
  return (await world.trust.issued('notices', answer, world.clock.now)).items
}

/** The piece that the court made the buyer pay; the code of a refusal. */
export async function fetchPiece(
  { world, buyer, bought }: Case,
  index: number,
  by: w.Trader = buyer
): Promise<Uint8Array | string> {
  const body = { purse: bought.purse.purse, index }
  return w.outcome(
    await w.post(world, 'pieces', await by.signer.sign('pieceRequest', body, fresh(world)))
  )
}

/** Announces without buying; the peer list, or the code of the refusal. */
export async function announce(
  { world, infoHash }: Pick<Case, 'world' | 'infoHash'>,
  trader: w.Trader,
  wish: w.AnnounceWish = {}
): Promise<fg.Message<'peerList'> | string> {
  const envelope = await w.announceMessage(world, trader, infoHash, { want: 0, ...wish })
  const event = wish.event ?? 'started'
  const given = await w.announceHttp(world, infoHash, envelope, { event })
  return given.code === '' ? w.readPeerList(world, given.fg) : given.code
}

/** The revocation log behind a version, as anybody may ask for it. */
export async function revocations(
  world: w.RemoteProvider,
  since: number
): Promise<fg.Message<'revocations'>> {
  const answer = await w.outcome(await fetch(`${world.url}/floodgate/v1/revocations/${since}`))
  if (typeof answer === 'string') throw new Error(answer)
  return world.trust.issued('revocations', answer, world.clock.now)
}

/** Who is revoked: the uids in force, by a log that starts with nothing. */
export async function revoked(world: w.RemoteProvider): Promise<string[]> {
  const log = new fg.RevocationLog(crypto)
  for (let before = -1; before < log.version;) {
    before = log.version
    if (!log.append(await revocations(world, log.version))) throw new Error('the log does not fit')
  }
  return log.toState(world.clock.now).entries.map(({ uid }) => fg.toHex(uid))
}
