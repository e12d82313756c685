// The invariants that are looked at when a schedule is over, against what really happened. Each says both how much at most
// and how much at least.

import { bits, countBits, fromHex, hasBit, toHex } from '@floodgate/protocol'
import type { Sale } from '@floodgate/wallet'
import { PRICE } from './film.ts'
import type { Gang } from './gang.ts'
import type { Honest } from './honest.ts'
import { Journal } from './journal.ts'
import type { World } from './world.ts'

/** What does not hold; empty when all does. */
export async function checkEnd(world: World, gang: Gang): Promise<string[]> {
  const journal = await Journal.read(world)
  const faults: string[] = []
  const expect = (holds: boolean, text: () => string): void => {
    if (!holds) faults.push(text())
  }
  const checks = [money, buyers, sellers, colluders, bans, promises]
  for (const what of journal.cases()) world.count(what)
  for (const check of checks) await check({ world, gang, journal, expect })
  return faults
}

interface End {
  world: World
  gang: Gang
  journal: Journal
  expect: (holds: boolean, text: () => string) => void
}

/** I1: every purse is closed, and all that was paid in is somebody's. */
async function money({ world, journal, expect }: End): Promise<void> {
  const audit = await world.office.books.audit()
  expect(audit.faults.length === 0, () => `I1: ${audit.faults.join('; ')}`)
  expect(audit.escrowMinor === 0n && audit.openPurses === 0, () => 'I1: a purse is open')
  let [paidIn, balances] = [0n, 0n]
  for (const [uid, amount] of world.deposits) {
    paidIn += amount
    balances += await journal.balance(uid)
  }
  for (const { uid } of world.honest)
    if (!world.deposits.has(uid)) balances += await journal.balance(uid)
  for (const uid of journal.others(world.deposits)) balances += await journal.balance(uid)
  expect(audit.depositsMinor === paidIn, () => `I1: ${audit.depositsMinor} of ${paidIn} paid in`)
  expect(balances === paidIn, () => `I1: ${balances} of ${paidIn} in balances`)
}

/** I3: an honest buyer's money went, a token at a time, to who sent it the piece, or by the court for one it can fetch. */
function buyers({ world, gang, journal, expect }: End): void {
  for (const buyer of world.honest) {
    const paid = new Set<string>()
    for (const { purse, payee, index } of journal.tokensOf(buyer.uid)) {
      const token = `${purse} ${index}`
      expect(!paid.has(token), () => `I3: ${buyer.name} paid twice for ${index}`)
      paid.add(token)
      const came = world.truth.hasGot(buyer.uid, payee, index)
      const settled = journal.isSettled(purse, payee, index)
      expect(
        came || settled,
        () => `I3: ${buyer.name} paid ${payee} for ${index}, which never came`
      )
      expect(settled || buyer.disk.pieces.has(index), () => `I3: ${buyer.name} lacks ${index}`)
    }
    const spent = journal.spentBy(buyer.uid)
    expect(
      spent === PRICE * BigInt(paid.size),
      () => `I3: ${buyer.name} spent ${spent} for ${paid.size}`
    )
    unpaidOf(world, gang, journal, buyer, expect)
  }
}

/** …and what it got of honest sellers it paid, unless the books of a seller say that it is owed, or somebody died. */
function unpaidOf(
  world: World,
  gang: Gang,
  journal: Journal,
  buyer: Honest,
  expect: End['expect']
): void {
  const paid = new Set(journal.tokensOf(buyer.uid).map(({ index }) => index))
  const hasDied = buyer.kills > 0 || world.honest.some(({ kills }) => kills > 0)
  for (const index of buyer.disk.pieces.keys()) {
    const sellers = world.truth.sellersOf(buyer.uid, index)
    const isOwed = world.honest.some(({ process }) => {
      const sales = process?.wallet.sales.all() ?? []
      return sales.some((sale) => toHex(sale.payer) === buyer.uid && sale.owed.has(index))
    })
    const isHonest = sellers.length > 0 && !sellers.some((uid) => gang.has(uid))
    const isFree = paid.has(index) || isOwed || hasDied || !isHonest
    expect(isFree, () => `I3: ${buyer.name} has ${index} and paid nobody`)
  }
}

/** I2: what honest sellers sent and were not paid is at most the limit a buyer; what they took in vouchers they were paid. */
function sellers({ world, journal, expect }: End): void {
  for (const seller of world.honest) {
    const { sales } = seller.process!.wallet
    for (const buyer of world.truth.buyersOf(seller.uid)) {
      const unpaid = new Set(world.truth.sentTo(seller.uid, buyer))
      for (const { payee, index } of journal.tokensOf(buyer))
        if (payee === seller.uid) unpaid.delete(index)
      const paid = sales.paidBy(fromHex(buyer))
      const limit = Math.min(seller.options.limitMax, 1 + paid)
      const most =
        limit + seller.kills * seller.options.limitMax + journal.uncovered(buyer, seller.uid)
      expect(
        unpaid.size <= most,
        () => `I2: ${buyer} owes ${seller.name} ${unpaid.size} of ${most}`
      )
    }
    for (const sale of sales.all()) stiffed(journal, seller, sale, expect)
    for (const sale of sales.all()) {
      const claimed = journal.claimed(toHex(sale.purse.purse), seller.uid)
      const missing = [...bits(sale.paid)].filter((index) => !hasBit(claimed, index))
      expect(missing.length === 0, () => `I6: ${seller.name} claimed all but ${missing.join()}`)
    }
    const earned = journal.earnedBy(seller.uid)
    const due =
      PRICE * BigInt(journal.tokensTo(seller.uid).length - journal.uncovered('', seller.uid))
    expect(earned === due, () => `I1: ${seller.name} earned ${earned} of ${due}`)
  }
}

/** I4: what a buyer withholds never comes back to him while a seller has the evidence. */
function stiffed(journal: Journal, seller: Honest, sale: Sale, expect: End['expect']): void {
  const purse = toHex(sale.purse.purse)
  for (const index of sale.owed) {
    const holds = journal.isSpent(purse, index) || sale.proofOf(index) === undefined
    expect(
      holds,
      () => `I4: ${toHex(sale.payer)} got back what he owes ${seller.name} for ${index}`
    )
  }
}

/** I4: what colluders got of honest sellers they paid, but for the limits; and they earned no more than they delivered. */
async function colluders({ world, gang, journal, expect }: End): Promise<void> {
  let [got, paid, bound, wealth, delivered] = [0, 0, 0, 0n, 0]
  for (const { uidHex } of gang.members) {
    for (const seller of world.honest) {
      got += world.truth.sentTo(seller.uid, uidHex).length
      bound += seller.options.limitMax * (1 + seller.kills) + journal.uncovered(uidHex, seller.uid)
    }
    paid += journal.tokensOf(uidHex).filter(({ payee }) => !gang.has(payee)).length
    wealth += (await journal.balance(uidHex)) - (world.deposits.get(uidHex) ?? 0n)
  }
  for (const buyer of world.honest) {
    for (const { purse, payee, index } of journal.tokensOf(buyer.uid)) {
      if (!gang.has(payee)) continue
      const came = world.truth.hasGot(buyer.uid, payee, index)
      if (came || journal.isSettled(purse, payee, index)) delivered++
    }
  }
  expect(got <= paid + bound, () => `I4: colluders got ${got}, paid ${paid}, may owe ${bound}`)
  const most = PRICE * BigInt(delivered - paid + journal.uncoveredOf())
  expect(wealth <= most, () => `I4: colluders are richer by ${wealth}, not ${most}`)
  expect(wealth >= most, () => `I4: colluders are poorer by ${most - wealth} than they should be`)
}

/** I5: nobody honest is banned by anybody; and whoever is proven guilty is. */
async function bans({ world, gang, journal, expect }: End): Promise<void> {
  const revoked = new Set((await world.office.books.revocations(0, 1000)).map(({ uid }) => uid))
  for (const { uid, name } of world.honest) {
    expect(!revoked.has(uid), () => `I5: ${name} is revoked: ${journal.caseAgainst(uid)}`)
  }
  for (const uid of revoked) expect(gang.has(uid), () => `I5: a stranger is revoked: ${uid}`)
  // A provider that died between verdict and revocation hears the case again when it is filed again, if it is.
  for (const uid of world.office.kills > 0 ? [] : journal.guilty()) {
    expect(revoked.has(uid), () => `I5: ${uid} is guilty, and not revoked`)
  }
}

/** I6: what was acknowledged before somebody died is there. */
function promises({ world, journal, expect }: End): void {
  for (const peer of world.honest) {
    const { wallet } = peer.process!
    expect(toHex(wallet.uid) === peer.promised.registered, () => `I6: ${peer.name} is another now`)
    const earned = journal.earnedBy(peer.uid)
    const { credited, receipts } = peer.promised
    expect(earned >= credited, () => `I6: ${peer.name} was promised ${credited}, has ${earned}`)
    for (const [buyer, count] of receipts) {
      const has = wallet.sales.paidBy(fromHex(buyer))
      expect(has >= count, () => `I6: ${peer.name} gave a receipt for ${count} and has ${has}`)
    }
    for (const { paid, count } of wallet.sales.all()) {
      expect(countBits(paid) === count, () => `I6: the book of ${peer.name} does not add up`)
    }
  }
}
