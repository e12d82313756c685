// Reads what an attack brought out of the ledger's journal and the receivers' bytes, on two paths:
// pieces are counted by bytes and payments, money by balances. Nothing here asks a scenario.

import { hasBit, toHex } from '@floodgate/protocol'
import { journalLines, uidOfAccount, type JournalLine, type LedgerStore } from '@floodgate/tracker'
import type { Bed } from './bed.ts'
import type { Honest } from './honest.ts'

/** Pieces, and minor units. */
export interface Measures {
  attackerGainPieces: number
  attackerGainMoney: bigint
  worstHonestLossPieces: number
  worstHonestLossMoney: bigint
  /** The worst that one honest seller lost to one buyer: what the unpaid limit bounds (I2). */
  worstPairLossPieces: number
  honestBans: number
  /** Of the ledger's own audit. */
  faults: string[]
}

/** All money that moved, by buyer and payee. */
class Payments {
  readonly #paid = new Map<string, bigint>()
  readonly #deposits = new Map<string, bigint>()

  static async read(store: LedgerStore): Promise<Payments> {
    const payments = new Payments()
    for await (const line of journalLines(store)) {
      payments.#add(line, await store.purse(line.purseId))
    }
    return payments
  }

  #add({ kind, credit, amountMinor }: JournalLine, purse: { uid: string } | undefined): void {
    const payee = uidOfAccount(credit)
    if (payee === undefined) return
    const [map, key] =
      kind === 'deposit' ? [this.#deposits, payee] : [this.#paid, `${purse?.uid} ${payee}`]
    map.set(key, (map.get(key) ?? 0n) + amountMinor)
  }

  /** Minor units that left the buyer for the payee. */
  between(buyer: string, payee: string): bigint {
    return buyer === payee ? 0n : (this.#paid.get(`${buyer} ${payee}`) ?? 0n)
  }

  deposited(uid: string): bigint {
    return this.#deposits.get(uid) ?? 0n
  }
}

export async function measure(bed: Bed): Promise<Omit<Measures, 'honestBans'>> {
  const { store } = bed.provider
  const payments = await Payments.read(store)
  const attackers = bed.rogues.map(({ uid }) => uid)
  const losses = await Promise.all(bed.honest.map((peer) => lossOf(bed, peer, payments)))
  const { faults } = await store.audit()
  return {
    ...(await gainOf(bed, attackers, payments)),
    worstHonestLossPieces: Math.max(0, ...losses.map(({ pieces }) => pieces)),
    worstHonestLossMoney: losses.reduce((worst, { money }) => (money > worst ? money : worst), 0n),
    worstPairLossPieces: Math.max(0, ...losses.map(({ worstPair }) => worstPair)),
    faults
  }
}

async function gainOf(
  bed: Bed,
  attackers: string[],
  payments: Payments
): Promise<Pick<Measures, 'attackerGainPieces' | 'attackerGainMoney'>> {
  const { content, honest, rogues } = bed
  const held = rogues.reduce((sum, rogue) => sum + rogue.held.length, 0)
  let paid = 0n
  let delivered = 0n
  for (const rogue of attackers) {
    for (const peer of honest) {
      paid += payments.between(rogue, peer.uid)
      delivered += BigInt(wholeFrom(bed, rogue, peer).length)
    }
  }
  const change = await changeOf(bed, attackers, payments)
  return {
    attackerGainPieces: held - piecesOf(bed, paid),
    attackerGainMoney: change + paid - content.price * delivered
  }
}

/** What is on the accounts, less what was deposited. */
async function changeOf(bed: Bed, uids: string[], payments: Payments): Promise<bigint> {
  const changes = uids.map(async (uid) => {
    const account = await bed.provider.store.account(uid)
    return (account?.balanceMinor ?? 0n) - payments.deposited(uid)
  })
  return (await Promise.all(changes)).reduce((sum, change) => sum + change, 0n)
}

const piecesOf = ({ content }: Bed, amount: bigint): number => Number(amount / content.price)

/** Pieces that an honest peer was sent whole by `from`, and found to be true. */
function wholeFrom({ bytes, content }: Bed, from: string, to: Honest): number[] {
  return bytes
    .sent(from, to.uid, content.offsets.length)
    .filter((index) => to.torrent.bitfield.get(index) && !to.has(index))
}

interface Loss {
  pieces: number
  money: bigint
  worstPair: number
}

/** Sold and not paid, even if it was only begun; or paid and not here. */
async function lossOf(bed: Bed, peer: Honest, payments: Payments): Promise<Loss> {
  const { bytes, content } = bed
  const others = [...bed.rogues, ...bed.honest]
    .map(({ uid }) => uid)
    .filter((uid) => uid !== peer.uid)
  const pairs = others.map((other) => {
    const sent = bytes.sent(peer.uid, other)
    return Math.max(0, sent.length - piecesOf(bed, payments.between(other, peer.uid)))
  })
  const spent = others.reduce((sum, other) => sum + payments.between(peer.uid, other), 0n)
  const paidAndHere = await paidHere(bed, peer)
  const unsold = pairs.reduce((sum, loss) => sum + loss, 0)
  const sent = others.reduce((sum, other) => sum + bytes.sent(peer.uid, other).length, 0)
  const due = content.price * BigInt(sent - paidAndHere)
  return {
    pieces: unsold + Math.max(0, piecesOf(bed, spent) - paidAndHere),
    money: due - (await changeOf(bed, [peer.uid], payments)),
    worstPair: Math.max(0, ...pairs)
  }
}

/** Tokens of its purses that were paid out, and whose pieces it has, or has only to fetch from the provider. */
async function paidHere(bed: Bed, { uid, wallet, torrent }: Honest): Promise<number> {
  const { store } = bed.provider
  let count = 0
  for (const { id } of wallet.purses.all()) {
    const purseId = toHex(id)
    const purse = await store.purse(purseId)
    for (const index of bed.content.indexes) {
      if (!purse || !hasBit(purse.spent, index)) continue
      const isHere = torrent.bitfield.get(index)
      if (isHere || (await store.settledCase(uid, purseId, index)) !== undefined) count++
    }
  }
  return count
}
