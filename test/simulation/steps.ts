// The invariants that hold at every moment, each in both directions: after every event of a schedule they are looked at
// again. They throw.

import assert from 'node:assert/strict'
import { bits, fromHex, hasBit, toHex } from '@floodgate/protocol'
import { balanceOf } from '../../tracker-extension/src/ledger/posting.ts'
import { heldMinor } from '../../tracker-extension/src/ledger/purchase.ts'
import { cash, escrow } from '../../tracker-extension/src/ledger/rows.ts'
import type { Honest } from './honest.ts'
import type { World } from './world.ts'

export function checkStep(world: World): void {
  if (world.isDirty) {
    world.isDirty = false
    checkBooks(world)
  }
  for (const peer of world.honest) {
    if (peer.process === undefined || !peer.isStirred) continue
    peer.isStirred = false
    checkLimits(world, peer)
    checkPayments(world, peer)
  }
  const broken = [...world.failures, ...world.office.faults]
  if (broken.length > 0) assert.fail(broken.map((what) => String(what)).join('; '))
}

/** I1: debits are credits, nobody is below zero, and the escrow is just what stands behind open purses. */
function checkBooks({ office: { view } }: World): void {
  let [debits, credits, held] = [0n, 0n, 0n]
  for (const [account, row] of view.rows('account')) {
    debits += row.debits
    credits += row.credits
    assert.ok(balanceOf(account, row) >= 0n, `I1: ${account} is below zero`)
  }
  assert.equal(debits, credits, 'I1: debits and credits')
  for (const [, purse] of view.rows('purse')) held += heldMinor(purse)
  const inEscrow = balanceOf(escrow, view.get('account', escrow) ?? { debits: 0n, credits: 0n })
  assert.equal(inEscrow, held, 'I1: escrow')
  assert.ok(held <= (view.get('account', cash)?.debits ?? 0n), 'I1: purses without deposits')
}

/** I2, W6: no buyer owes more than his limit, or less than nothing; and nothing is both paid and owed. */
function checkLimits(world: World, peer: Honest): void {
  const { sales } = peer.process!.wallet
  for (const sale of sales.all()) {
    const { payer, paid, owed } = sale
    const state = sale.count * 1e6 + owed.size
    if (world.seen.get(sale) === state) continue
    world.seen.set(sale, state)
    const [debt, count] = [sales.owedBy(payer), sales.paidBy(payer)]
    const limit = Math.min(peer.options.limitMax, 1 + count)
    const text = `I2: ${toHex(payer)} owes ${debt} of ${limit} to ${peer.name}`
    assert.ok(debt >= 0 && debt <= limit, text)
    for (const index of owed) assert.ok(!hasBit(paid, index), `I2: ${index} is paid and owed`)
  }
}

/** I3: a token goes to one payee, and only for a piece that came from it and is stored, or that the court settled. */
function checkPayments(world: World, peer: Honest): void {
  for (const purse of peer.process!.wallet.purses.all()) {
    if (world.seen.get(purse) === purse.spent()) continue
    world.seen.set(purse, purse.spent())
    const paidTo = new Map<number, string>()
    for (const { uid } of purse.payees()) {
      const payee = toHex(uid)
      for (const index of bits(purse.account(uid)!.paid)) {
        assert.ok(!paidTo.has(index), `I3: ${peer.name} paid ${index} twice`)
        paidTo.set(index, payee)
        const from = world.truth.sellersOf(peer.uid, index)
        const accepted = world.casesOf(toHex(purse.id), index).has(payee)
        const came = world.truth.hasGot(peer.uid, payee, index) && peer.disk.pieces.has(index)
        const text = `I3: ${peer.name} paid ${payee} for ${index}, got of ${from.join() || 'nobody'}`
        assert.ok(came || accepted, text)
      }
    }
    assert.equal(paidTo.size, purse.spent(), `I3: ${peer.name} spent what nobody got`)
  }
}

/** I5: no honest peer is on another's blacklist, but for a debt that is real; and who owes nothing is not on it for a debt. */
export function checkBlacklists({ honest }: World): void {
  for (const { name, process } of honest) {
    const { wallet } = process!
    for (const other of honest) {
      const uid = fromHex(other.uid)
      const entry = wallet.blacklist.has(uid, wallet.now())
      if (entry === undefined) continue
      const text = `I5: ${other.name} is on the blacklist of ${name}: ${entry.reason}`
      assert.ok(entry.reason === 'unpaid' && wallet.sales.owedBy(uid) > 0, text)
    }
  }
}
