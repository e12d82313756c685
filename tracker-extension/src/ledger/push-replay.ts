// The audit of sealed contents: each budget, pushed purse and sold key against what the journal moved for it. Pure.
import { balance } from './posting.ts'
import type { Expect, ReplayPart } from './replay-part.ts'
import { type ScanView, cash, escrow, peerAccount, providerAccount, push } from './rows.ts'

function expectRows(view: ScanView, expect: Expect): void {
  for (const [infoHash, { amountMinor }] of view.rows('pushBudget')) {
    expect('pushBudget', infoHash, amountMinor, `push budget ${infoHash}: amountMinor`)
  }
  for (const [key, { paidMinor, refundMinor }] of view.rows('pushed')) {
    expect('pushed', key, paidMinor, `pushed ${key}: paidMinor`)
    expect('pushRefund', key, refundMinor, `pushed ${key}: refundMinor`)
  }
  for (const [key, { priceMinor }] of view.rows('keySale')) {
    expect('key', key, priceMinor, `key sale ${key}: priceMinor`)
  }
}

/** What no sum of lines shows: what budgets have left is there, and what they used was paid into purses of their content. */
function check(view: ScanView, faults: string[]): void {
  const used = new Map<string, bigint>()
  for (const [key, { purseId, paidMinor, refundMinor }] of view.rows('pushed')) {
    const [infoHash = '', uid] = key.split(' ')
    const purse = view.get('purse', purseId)
    const isOurs = purse?.infoHash === infoHash && purse.uid === uid
    if (!isOurs) faults.push(`pushed ${key}: purse ${purseId} is another's`)
    used.set(infoHash, (used.get(infoHash) ?? 0n) + paidMinor - refundMinor)
  }
  let leftMinor = 0n
  for (const [infoHash, { amountMinor, usedMinor }] of view.rows('pushBudget')) {
    const paidMinor = used.get(infoHash) ?? 0n
    if (usedMinor !== paidMinor) {
      faults.push(`push budget ${infoHash}: usedMinor ${usedMinor}, its purses ${paidMinor}`)
    }
    if (usedMinor > amountMinor) faults.push(`push budget ${infoHash} is overspent`)
    leftMinor += amountMinor - usedMinor
  }
  const heldMinor = balance(view, push)
  if (heldMinor !== leftMinor) faults.push(`push ${heldMinor}, left of budgets ${leftMinor}`)
}

export const pushReplay: ReplayPart = {
  kinds: {
    pushBudget: () => ({ debit: cash, credit: push }),
    pushed: () => ({ debit: push, credit: escrow }),
    pushRefund: () => ({ debit: escrow, credit: push }),
    key: (_, { ref }) => ({
      debit: peerAccount(ref.split(' ')[1] ?? ''),
      credit: providerAccount
    })
  },
  expect: expectRows,
  check
}
