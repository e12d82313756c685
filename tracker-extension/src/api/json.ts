// The operator's acts, in JSON: each with the forms of what it takes and answers.

import { join } from 'node:path'
import { FloodgateError } from '@floodgate/protocol'
import { z } from 'zod'
import { revokeByHand } from '../court/operator.ts'
import { deposit } from '../mint/publish.ts'
import type { Ask, Desk } from './desk.ts'
import { amount, count, uid } from './schemas.ts'

const depositId = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/)
  .meta({ description: 'Names the deposit: the same id is booked once.' })

export const depositBody = z.object({
  uid,
  amount: z
    .string()
    .regex(/^[1-9]\d{0,18}$/)
    .meta({ description: 'Minor units of the currency.' }),
  reason: z.string().regex(/^[^\0]{0,256}$/),
  id: depositId
})

export const depositAnswer = z.strictObject({
  uid,
  amount,
  id: depositId,
  booked: z.boolean().meta({ description: 'False if it was booked before: nothing moved.' }),
  balance: amount.meta({ description: 'Of the account, now.' })
})

export type DepositJson = z.infer<typeof depositAnswer>

/** Books the deposit in the body. */
export async function depositJson({ mint }: Desk, { json }: Ask): Promise<DepositJson> {
  const { uid, amount, reason, id } = json as z.infer<typeof depositBody>
  const booked = await deposit(mint.store, uid, BigInt(amount), reason, id, mint.now())
  if (booked) mint.counters.deposits++
  const account = await mint.store.account(uid)
  return { uid, amount, id, booked, balance: String(account?.balanceMinor ?? 0n) }
}

export const correctionBody = depositBody.extend({
  reason: z.string().regex(/^[^\0]{1,256}$/),
  id: depositId.meta({ description: 'Names the correction: the same id is booked once.' })
})

/** Takes the amount in the body from the account again, with a reason that its owner reads too. */
export async function correctionJson({ mint }: Desk, { json }: Ask): Promise<DepositJson> {
  const { uid, amount, reason, id } = json as z.infer<typeof correctionBody>
  const correction = { uid, amountMinor: BigInt(amount), reason, id, now: mint.now() }
  const { repeated } = await mint.store.execute({ kind: 'correct', ...correction })
  const account = await mint.store.account(uid)
  return { uid, amount, id, booked: !repeated, balance: String(account?.balanceMinor ?? 0n) }
}

export const accountBody = z.object({ uid })

const version = count.meta({ description: 'Of the revocation log, now.' })

export const liftAnswer = z.strictObject({
  uid,
  lifted: z.boolean().meta({ description: 'False if the account was not revoked.' }),
  version
})

/** What the operator's lift did. */
export type LiftJson = z.infer<typeof liftAnswer>

/** Lifts the revocation of the account in the body, and forgives its strikes. */
export async function liftJson({ court }: Desk, { json }: Ask): Promise<LiftJson> {
  const { uid } = json as z.infer<typeof accountBody>
  if ((await court.store.account(uid)) === undefined) throw new FloodgateError('unknown-account')
  const lifted = await court.revocations.lift(uid, 'operator', true)
  return { uid, lifted, version: await court.revocations.version() }
}

export const revokeAnswer = z.strictObject({ uid, version })

/** Revokes the account in the body for 90 days: a key that was stolen, or what the signals showed a person. */
export async function revokeJson(
  { court }: Desk,
  { json }: Ask
): Promise<z.infer<typeof revokeAnswer>> {
  const { uid } = json as z.infer<typeof accountBody>
  if ((await court.store.account(uid)) === undefined) throw new FloodgateError('unknown-account')
  await revokeByHand(court, uid)
  return { uid, version: await court.revocations.version() }
}

export const ownAnswer = z.strictObject({
  uid,
  repeated: z.boolean().meta({ description: 'It was named before: nothing changed.' })
})

export type OwnJson = z.infer<typeof ownAnswer>

/** Names the account in the body as the provider's own: credits of missed promises may be paid out of what it sold (F79). */
export async function ownJson({ mint }: Desk, { json }: Ask): Promise<OwnJson> {
  const { uid } = json as z.infer<typeof accountBody>
  return mint.store.execute({ kind: 'ownAccount', uid, now: mint.now() })
}

export const ownListAnswer = z.strictObject({
  accounts: z.array(
    z.strictObject({ uid, at: z.number().meta({ description: 'Since when, Unix milliseconds.' }) })
  )
})

export type OwnListJson = z.infer<typeof ownListAnswer>

/** The accounts that are named as the provider's own. */
export async function ownListJson({ mint }: Desk): Promise<OwnListJson> {
  return { accounts: await mint.store.ownAccounts() }
}

export const backupAnswer = z.strictObject({ path: z.string() })

/** Where a backup of the ledger lies. */
export type BackupJson = z.infer<typeof backupAnswer>

/** Writes a backup of the ledger, named by the time. Throws `not-found` where no place for backups was given. */
export async function backupJson({ mint, backups }: Desk): Promise<BackupJson> {
  if (backups === undefined) throw new FloodgateError('not-found', 'no folder for backups')
  const path = join(backups, `${mint.now()}.ledger`)
  await mint.store.backup(path)
  return { path }
}
