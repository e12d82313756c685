// Money back: unclaimed sales travel to the provider in batches (F45–F47). A claim's id follows from what it
// claims, so that after a lost answer or a crash the same claim goes out again and is settled only once.

import {
  amountOf,
  CLAIM_PURSES_MAX,
  ERRORS,
  FloodgateError,
  concat,
  equal,
  isErrorCode,
  toHex,
  utf8,
  type Message
} from '@floodgate/protocol'
import { ask } from './http.ts'
import { ROUTES, byItsClock, issuedNow, sealForProvider, signRequest } from './provider-client.ts'
import type { Sale } from './sale.ts'
import type { Wallet } from './wallet.ts'

const BODY_MAX = 512 * 1024
/** Header, signature, box and the rest, once; ids, lengths and keys for each purse. */
const FRAME_BYTES = 1024
const PURSE_BYTES = 128
const ANSWER_MAX = 16 * 1024
const ID = utf8('floodgate/1/claim id\0')

export interface ClaimedPurse {
  purse: Uint8Array
  credited: bigint
  /** Tokens that were not claimed before, and those among them that another seller had claimed. */
  fresh: number
  conflicting: number
  /** Empty when it was settled; otherwise why not. */
  code: string
}

/** Totals over all claims that were sent; amounts in minor units. */
export interface ClaimAnswer {
  claims: number
  credited: bigint
  fresh: number
  conflicting: number
  purses: ClaimedPurse[]
  /** The account's balance after the last claim; undefined when there was nothing to claim. */
  balance: bigint | undefined
  currency: string | undefined
}

type Item = Message<'claim'>['purses'][number]

/** One claim of a wallet at a time: two over the same tokens would both count as earned here. */
const claiming = new WeakMap<Wallet, Promise<unknown>>()

/**
 * Claims all that is unclaimed, at most `max` purses in one message. Repeatable: when it fails in between,
 * what was settled stays settled and the rest is claimed next time.
 */
export function claim(wallet: Wallet, options: { max?: number } = {}): Promise<ClaimAnswer> {
  const run = (): Promise<ClaimAnswer> => claimAll(wallet, options)
  const before = claiming.get(wallet) ?? Promise.resolve()
  const next = before.then(run, run) // whether the one before fails is told to who asked for it
  claiming.set(wallet, next)
  return next
}

async function claimAll(wallet: Wallet, options: { max?: number }): Promise<ClaimAnswer> {
  const total: ClaimAnswer = {
    claims: 0,
    credited: 0n,
    fresh: 0,
    conflicting: 0,
    purses: [],
    balance: undefined,
    currency: undefined
  }
  const most = Math.min(options.max ?? CLAIM_PURSES_MAX, CLAIM_PURSES_MAX)
  const due = wallet.sales.all().filter((sale) => sale.claimable() > 0)
  for (const batch of batchesOf(due, most)) {
    const answer = await byItsClock(wallet, () => claimBatch(wallet, batch))
    total.claims++
    total.balance = answer.balance
    total.currency = answer.currency
    for (const result of answer.results) {
      total.credited += result.credited
      total.fresh += result.fresh
      total.conflicting += result.conflicting
      total.purses.push(result)
    }
  }
  if (total.claims > 0) wallet.note('claimed', amountOf(total.credited, total.currency ?? ''))
  await wallet.saved()
  return total
}

/** Groups sales so that no claim has too many purses or bytes. */
function* batchesOf(sales: Sale[], most: number): Generator<Sale[]> {
  let batch: Sale[] = []
  let bytes = FRAME_BYTES
  for (const sale of sales) {
    const more = sale.paid.length + (sale.voucher?.length ?? 0) + PURSE_BYTES
    if (batch.length === most || bytes + more > BODY_MAX) {
      yield batch
      batch = []
      bytes = FRAME_BYTES
    }
    batch.push(sale)
    bytes += more
  }
  if (batch.length > 0) yield batch
}

async function claimBatch(wallet: Wallet, sales: Sale[]): Promise<Message<'claimed'>> {
  const counts = new Map(sales.map((sale) => [toHex(sale.purse.purse), sale.count]))
  const purses = sales.map((sale): Item => ({
    purse: sale.purse.purse,
    payer: sale.payer,
    bitmap: sale.paid.slice(),
    voucher: sale.voucher ?? new Uint8Array(0)
  }))
  const id = claimId(wallet, purses)
  const frame = await signRequest(wallet, 'claim', { purses }, { session: id })
  const sealed = await sealForProvider(wallet, frame)
  const bytes = await ask(`${wallet.api}${ROUTES}/claims`, ANSWER_MAX, sealed)
  const answer = await issuedNow(wallet, 'claimed', bytes)
  if (!equal(answer.claim, wallet.crypto.sha256(frame))) {
    throw new FloodgateError('wrong-session', 'answer to another claim')
  }
  for (const result of answer.results) {
    const count = counts.get(toHex(result.purse))
    const sale = wallet.sales.get(result.purse)
    if (count !== undefined && sale !== undefined) book(sale, count, result)
  }
  return answer
}

function claimId(wallet: Wallet, purses: Item[]): Uint8Array {
  const parts = purses.flatMap(({ purse, bitmap, voucher }) => [
    purse,
    wallet.crypto.sha256(bitmap),
    wallet.crypto.sha256(voucher)
  ])
  return wallet.crypto.sha256(concat(ID, wallet.uid, ...parts))
}

/** What may succeed later stays unclaimed; a lasting refusal is noted, so that it is not asked for ever. */
function book(sale: Sale, count: number, result: Message<'claimed'>['results'][number]): void {
  const { code, credited } = result
  if (code === '') sale.markClaimed(count, credited)
  else if (isErrorCode(code) && !ERRORS[code].retry) sale.markRefused(count, code)
}
