// The audit of promises: each credit against what the journal moved for it, what it may be at most, and the list of what is
// owed. Pure.
import { popcount } from './bitmap.ts'
import { takenFor } from './own-accounts.ts'
import type { Expect, ReplayPart } from './replay-part.ts'
import { type ScanView, keyOf, peerAccount, providerAccount, uidOfAccount } from './rows.ts'

function expectRows(view: ScanView, expect: Expect): void {
  for (const [id, { creditMinor, coveredMinor }] of view.rows('measurement')) {
    expect('credit', id, creditMinor, `measurement ${id}: creditMinor`)
    expect('cover', id, coveredMinor, `measurement ${id}: coveredMinor`)
  }
}

/** What no sum of lines shows. */
function check(view: ScanView, faults: string[]): void {
  for (const [id, { state, percent, creditMinor, uid }] of view.rows('measurement')) {
    const purse = view.get('purse', id)
    const mostMinor = purse ? purse.priceMinor * BigInt(popcount(purse.spent) * percent) : 0n
    if (purse?.uid !== uid) faults.push(`measurement ${id}: uid`)
    // More may be claimed and more accounts named since; neither is ever taken back.
    const takenMinor = purse ? takenFor(view, id, purse).takenMinor : 0n
    if (creditMinor * 100n > mostMinor || creditMinor > takenMinor)
      faults.push(`measurement ${id}: creditMinor is too much`)
    const isListed = view.get('owedCredit', id) !== undefined
    if (isListed !== (state === 'owed'))
      faults.push(`measurement ${id}: is ${state}, not listed so`)
  }
  for (const [id] of view.rows('owedCredit')) {
    if (!view.get('measurement', id)) faults.push(`nothing was measured of purse ${id}`)
  }
  for (const [uid] of view.rows('ownAccount')) {
    if (!view.get('peer', uid)) faults.push(`ownAccount ${uid}: there is no such account`)
  }
  checkShared(view, faults)
}

/** Of a sale the provider took no more than its share of the claims; ledgers of before the column say nothing of it. */
function checkShared(view: ScanView, faults: string[]): void {
  const shares = new Map<string, bigint>()
  for (const [key, { shareMinor }] of view.rows('claim')) {
    const [payee, , purseId] = key.split(' ') as [string, string, string]
    const sale = keyOf(purseId, payee)
    shares.set(sale, (shares.get(sale) ?? 0n) + shareMinor)
  }
  for (const [key, { sharedMinor }] of view.rows('sale')) {
    if (sharedMinor > (shares.get(key) ?? 0n)) faults.push(`sale ${key}: sharedMinor is too much`)
  }
}

export const promiseReplay: ReplayPart = {
  kinds: {
    credit: (view, { ref }) => ({
      debit: providerAccount,
      credit: peerAccount(view.get('measurement', ref)?.uid ?? '')
    }),
    // Only who is the provider's own, and sold in this purse.
    cover: (view, { ref, debit }) => {
      const uid = uidOfAccount(debit) ?? ''
      const isOwn = view.get('ownAccount', uid) && view.get('sale', keyOf(ref, uid))
      return { debit: isOwn ? debit : '', credit: providerAccount }
    }
  },
  expect: expectRows,
  check
}
