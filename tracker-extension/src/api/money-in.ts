// The operator's routes for money that comes in: statements, what could not be assigned, gift codes and coupons. Amounts are
// decimal text in minor units.

import { FloodgateError } from '@floodgate/protocol'
import { couponNameOf } from '../deposits/codes.ts'
import { takeStatements } from '../deposits/transfers.ts'
import type { AdviceEntry, AdviceOutcome } from '../ledger/index.ts'
import type { Ask, Desk } from './desk.ts'
import { readFields } from './json.ts'

const AMOUNT = /^[1-9]\d{0,18}$/
const AMOUNT_OR_NONE = /^(0|[1-9]\d{0,18})$/
const COUNT = /^[1-9]\d{0,8}$/
const TIME = /^\d{1,15}$/
const REASON = /^[^\0]{0,256}$/
const ID = /^[\x21-\x7e]{1,128}$/

export const statementsJson = ({ mint, deposits }: Desk, { body }: Ask) =>
  takeStatements(deposits, mint, body)

/** A payment that was not booked. */
export type AdviceJson = Omit<AdviceEntry, 'adviceId' | 'amountMinor' | 'strongName'> & {
  advice: string
  amount: string
}

const adviceJson = ({
  adviceId,
  amountMinor,
  strongName: _,
  ...rest
}: AdviceEntry): AdviceJson => ({
  ...rest,
  advice: adviceId,
  amount: String(amountMinor)
})

export interface AdvicesJson {
  /** They wait to be assigned. */
  waiting: AdviceJson[]
  /** Refunds, disputes, failed payments, reversals and debits: no money of an account moved for them. */
  noted: AdviceJson[]
}

export async function advicesJson({ mint }: Desk): Promise<AdvicesJson> {
  const { store } = mint
  const [waiting, noted] = await Promise.all(
    (['waiting', 'noted'] as const).map((state) => store.openAdvices(state))
  )
  return { waiting: waiting!.map(adviceJson), noted: noted!.map(adviceJson) }
}

export interface AssignedJson {
  advice: string
  state: AdviceOutcome['state']
  uid: string
  amount: string
  /** It was assigned so before: nothing moved. */
  repeated: boolean
}

/** Books what waits: `{ advice, uid, reason }`; with an empty uid it is set aside. */
export async function assignJson({ mint }: Desk, { body }: Ask): Promise<AssignedJson> {
  const forms = { advice: ID, uid: /^([0-9a-f]{32})?$/, reason: /^[^\0]{1,256}$/ }
  const { advice, uid, reason } = readFields(body, forms)
  const command = { kind: 'assign', adviceId: advice, uid, reason, now: mint.now() } as const
  const { state, amountMinor, repeated } = await mint.store.execute(command)
  return { advice, state, uid, amount: String(amountMinor), repeated }
}

export interface BookedJson {
  id: string
  /** False if it was booked before: nothing moved. */
  booked: boolean
}

/** Puts gift codes into the books: `{ id, hashes, amount, expires, reason }`, hashes with spaces between them. */
export async function giftsJson({ mint }: Desk, { body }: Ask): Promise<BookedJson> {
  const hashes = /^[0-9a-f]{64}( [0-9a-f]{64}){0,999}$/
  const forms = { id: ID, hashes, amount: AMOUNT, expires: TIME, reason: REASON }
  const given = readFields(body, forms)
  const { repeated } = await mint.store.execute({
    ...{ kind: 'issueGifts', batchId: given.id, hashes: given.hashes.split(' ') },
    ...{ amountMinor: BigInt(given.amount), expiresAt: Number(given.expires) },
    ...{ reason: given.reason, now: mint.now() }
  })
  return { id: given.id, booked: !repeated }
}

/** Offers a coupon: `{ code, infoHash, share, amount, uses, usesPerAccount, until }`. Throws `unknown-content`. */
export async function couponJson({ mint }: Desk, { body }: Ask): Promise<BookedJson> {
  const forms = {
    ...{ code: REASON, infoHash: /^([0-9a-f]{40})?$/, share: /^(0|[1-9]\d{0,3}|10000)$/ },
    ...{ amount: AMOUNT_OR_NONE, uses: COUNT, usesPerAccount: COUNT, until: TIME }
  }
  const given = readFields(body, forms)
  const couponId = couponNameOf(given.code)
  if (couponId === undefined)
    throw new FloodgateError('bad-request', 'code: 3 to 16 letters, digits')
  const { repeated } = await mint.store.execute({
    ...{ kind: 'issueCoupon', couponId, infoHash: given.infoHash, share: Number(given.share) },
    ...{ amountMinor: BigInt(given.amount), until: Number(given.until), now: mint.now() },
    ...{ usesMax: Number(given.uses), usesPerAccountMax: Number(given.usesPerAccount) }
  })
  return { id: couponId, booked: !repeated }
}

/** Puts money behind coupons: `{ id, amount, reason }`. */
export async function fundJson({ mint }: Desk, { body }: Ask): Promise<BookedJson> {
  const { id, amount, reason } = readFields(body, { id: ID, amount: AMOUNT, reason: REASON })
  const money = { id, amountMinor: BigInt(amount), reason, now: mint.now() }
  const { repeated } = await mint.store.execute({ kind: 'fund', ...money })
  return { id, booked: !repeated }
}

export interface PromotionJson {
  currency: string
  /** Worth of gift codes that nobody redeemed. */
  gifts: string
  /** What coupons can still take off. */
  promotion: string
  batches: { id: string; codes: number; amount: string; expires: number; reason: string }[]
  coupons: {
    code: string
    infoHash: string
    share: number
    amount: string
    /** Places taken, and how many there are. */
    uses: number
    usesMax: number
    usesPerAccount: number
    until: number
  }[]
}

export async function promotionJson({ mint }: Desk): Promise<PromotionJson> {
  const { giftsMinor, promotionMinor, batches, coupons } = await mint.store.promotionBooks()
  return {
    ...{ currency: mint.currency, gifts: String(giftsMinor), promotion: String(promotionMinor) },
    batches: batches.map(({ batchId, codes, amountMinor, expiresAt, reason }) => {
      return { id: batchId, codes, amount: String(amountMinor), expires: expiresAt, reason }
    }),
    coupons: coupons.map(({ couponId, amountMinor, usesPerAccountMax, ...rest }) => {
      const amount = String(amountMinor)
      return { code: couponId, ...rest, amount, usesPerAccount: usesPerAccountMax }
    })
  }
}
