// Money that comes in, in JSON: the forms of what its routes take and answer, and the operator's acts. Amounts are decimal
// text in minor units.

import { FloodgateError } from '@floodgate/protocol'
import { z } from 'zod'
import { couponNameOf } from '../deposits/codes.ts'
import type { AdviceEntry } from '../ledger/index.ts'
import type { Ask, Desk } from './desk.ts'
import { amount, count, currency, infoHash, time, uid } from './schemas.ts'

const some = z.string().regex(/^[1-9]\d{0,18}$/)
const reason = z.string().regex(/^[^\0]{0,256}$/)
const id = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .meta({ description: 'Names the act: the same id is booked once.' })
const nobody = z.literal('')
const repeated = z.boolean().meta({ description: 'It was known: nothing moved.' })
const whole = (max: number) => z.string().regex(new RegExp(`^\\d{1,${max}}$`))
const state = z.enum(['booked', 'waiting', 'noted'])
const advised = z.enum(['credit', 'debit', 'reversal', 'return', 'failed', 'refund', 'dispute'])

export const checkoutAnswer = z.strictObject({ url: z.url(), order: z.string(), amount, currency })
export const webhookAnswer = z.strictObject({
  received: z.literal(true),
  state: z.enum([...state.options, 'ignored']),
  code: z.string().meta({ description: 'Why it waits.' })
})
export const referenceAnswer = z.strictObject({
  reference: z.string().meta({ description: 'ISO 11649, in groups of four.' }),
  ...{ iban: z.string(), name: z.string(), bic: z.string(), currency }
})
export const codeAnswer = z.discriminatedUnion('code', [
  z.strictObject({ code: z.literal('gift'), amount, balance: amount, currency, repeated }),
  z.strictObject({
    code: z.literal('coupon'),
    coupon: z.string(),
    infoHash: z.union([nobody, infoHash]),
    share: count.meta({ description: 'Ten-thousandths of the price, or 0 and an amount.' }),
    ...{ amount, currency, until: time }
  }),
  z.strictObject({ code: z.literal('dropped'), coupon: z.string(), repeated })
])
const payment = {
  ...{ advice: z.string(), advised, state, code: z.string() },
  uid: z.union([nobody, uid]),
  ...{ amount, currency: z.string(), payer: z.string(), text: z.string() }
}
export const statementsAnswer = z.strictObject({
  statements: count,
  pending: count.meta({ description: 'Entries that are not booked yet, and were left alone.' }),
  payments: z.array(z.strictObject({ ...payment, repeated }))
})

const openAdvice = z.strictObject({
  ...payment,
  ...{ source: z.enum(['stripe', 'sepa']), about: z.string(), reason: z.string(), at: time }
})
export const advicesAnswer = z.strictObject({
  waiting: z.array(openAdvice).meta({ description: 'To be assigned.' }),
  noted: z.array(openAdvice).meta({
    description: 'Nothing of an account moved for them. The newest first, until they are set aside.'
  })
})
/** A payment that was not booked. */
export type AdviceJson = z.infer<typeof openAdvice>
export type AdvicesJson = z.infer<typeof advicesAnswer>

const adviceJson = (entry: AdviceEntry): AdviceJson => {
  const { adviceId: advice, source, advised, state, code, uid, currency } = entry
  const { about, payer, text, reason, at, amountMinor } = entry
  const told = { source, advised, state, code, uid, amount: String(amountMinor), currency }
  return { advice, ...told, about, payer, text, reason, at }
}

export async function advicesJson({ mint: { store } }: Desk): Promise<AdvicesJson> {
  const [waiting, noted] = [await store.openAdvices('waiting'), await store.openAdvices('noted')]
  return { waiting: waiting.map(adviceJson), noted: noted.map(adviceJson) }
}

export const assignBody = z.object({
  advice: id,
  uid: z.union([nobody, uid]).meta({ description: 'Empty to set it aside.' }),
  reason: z.string().regex(/^[^\0]{1,256}$/)
})
export const assignAnswer = z.strictObject({
  ...{ advice: id, state, uid: payment.uid, amount, repeated }
})
export type AssignedJson = z.infer<typeof assignAnswer>

export async function assignJson({ mint }: Desk, { json }: Ask): Promise<AssignedJson> {
  const { advice, uid, reason } = json as z.infer<typeof assignBody>
  const command = { kind: 'assign', adviceId: advice, uid, reason, now: mint.now() } as const
  const { state, amountMinor, repeated } = await mint.store.execute(command)
  return { advice, state, uid, amount: String(amountMinor), repeated }
}

export const bookedAnswer = z.strictObject({
  id,
  booked: z.boolean().meta({ description: 'False if it was booked before: nothing moved.' })
})
export type BookedJson = z.infer<typeof bookedAnswer>

export const giftsBody = z.object({
  id,
  hashes: z
    .string()
    .regex(/^[0-9a-f]{64}( [0-9a-f]{64}){0,999}$/)
    .meta({ description: 'SHA-256 of each code, with spaces between.' }),
  amount: some.meta({ description: 'Of each code.' }),
  ...{ expires: whole(15).meta({ description: 'Unix milliseconds; 0 for never.' }), reason }
})

export async function giftsJson({ mint }: Desk, { json }: Ask): Promise<BookedJson> {
  const given = json as z.infer<typeof giftsBody>
  const { repeated } = await mint.store.execute({
    ...{ kind: 'issueGifts', batchId: given.id, hashes: given.hashes.split(' ') },
    ...{ amountMinor: BigInt(given.amount), expiresAt: Number(given.expires) },
    ...{ reason: given.reason, now: mint.now() }
  })
  return { id: given.id, booked: !repeated }
}

export const couponBody = z.object({
  code: z.string().max(64),
  infoHash: z.union([nobody, infoHash]).meta({ description: 'Empty for every content.' }),
  share: z
    .string()
    .regex(/^(\d{1,4}|10000)$/)
    .meta({ description: 'Ten-thousandths of the price.' }),
  amount: z.string().regex(/^\d{1,19}$/),
  ...{ uses: some.max(9), usesPerAccount: some.max(9), until: whole(15) }
})

export async function couponJson({ mint }: Desk, { json }: Ask): Promise<BookedJson> {
  const given = json as z.infer<typeof couponBody>
  const id = couponNameOf(given.code)
  if (id === undefined) throw new FloodgateError('bad-request', 'code: 3 to 16 letters, digits')
  const { repeated } = await mint.store.execute({
    ...{ kind: 'issueCoupon', couponId: id, infoHash: given.infoHash, share: Number(given.share) },
    ...{ amountMinor: BigInt(given.amount), until: Number(given.until), now: mint.now() },
    ...{ usesMax: Number(given.uses), usesPerAccountMax: Number(given.usesPerAccount) }
  })
  return { id, booked: !repeated }
}

export const fundBody = z.object({ id, amount: some, reason })

export async function fundJson({ mint }: Desk, { json }: Ask): Promise<BookedJson> {
  const { id, amount, reason } = json as z.infer<typeof fundBody>
  const money = { id, amountMinor: BigInt(amount), reason, now: mint.now() }
  const { repeated } = await mint.store.execute({ kind: 'fund', ...money })
  return { id, booked: !repeated }
}

export const promotionAnswer = z.strictObject({
  currency,
  gifts: amount.meta({ description: 'Worth of gift codes that nobody redeemed.' }),
  promotion: amount.meta({ description: 'What coupons can still take off.' }),
  batches: z.array(z.strictObject({ id, codes: count, amount, expires: time, reason: z.string() })),
  coupons: z.array(
    z.strictObject({
      ...{ code: z.string(), infoHash: z.string(), share: count, amount },
      uses: count.meta({ description: 'Places taken.' }),
      ...{ usesMax: count, usesPerAccount: count, until: time }
    })
  )
})
export type PromotionJson = z.infer<typeof promotionAnswer>

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
