// The provider's books, read for the last reckoning: which token of whose purse was paid to whom, and what the court did.

import { bits, emptyBitmap, hasBit } from '@floodgate/protocol'
import type { JournalLine } from '@floodgate/tracker'
import type { World } from './world.ts'

export interface PaidToken {
  purse: string
  buyer: string
  payee: string
  index: number
}

export class Journal {
  readonly #world: World
  readonly #lines: JournalLine[]
  readonly #tokens: PaidToken[] = []
  readonly #settled = new Set<string>()

  private constructor(world: World, lines: JournalLine[]) {
    this.#world = world
    this.#lines = lines
    const { view } = world.office
    for (const [key, { claimed }] of view.rows('sale')) {
      const [purse, payee] = key.split(' ') as [string, string]
      const buyer = view.get('purse', purse)!.uid
      for (const index of bits(claimed)) this.#tokens.push({ purse, buyer, payee, index })
    }
    for (const [, { outcome, purseId, accuser, index }] of view.rows('complaint')) {
      if (outcome === 'settled') this.#settled.add(`${purseId} ${accuser} ${index}`)
    }
  }

  static async read(world: World): Promise<Journal> {
    return new Journal(world, await world.office.books.journal())
  }

  async balance(uid: string): Promise<bigint> {
    return (await this.#world.office.books.account(uid))?.balanceMinor ?? 0n
  }

  /** Accounts that nobody deposited for, and that no honest peer has. */
  others(deposits: ReadonlyMap<string, bigint>): string[] {
    const honest = new Set(this.#world.honest.map(({ uid }) => uid))
    return [...this.#world.office.view.rows('peer')]
      .map(([uid]) => uid)
      .filter((uid) => !deposits.has(uid) && !honest.has(uid))
  }

  /** Tokens of this buyer's purses that somebody was paid for, or is to be; once for each payee. */
  tokensOf(buyer: string): PaidToken[] {
    return this.#tokens.filter((token) => token.buyer === buyer)
  }

  tokensTo(payee: string): PaidToken[] {
    return this.#tokens.filter((token) => token.payee === payee)
  }

  claimed(purse: string, payee: string): Uint8Array {
    const row = this.#world.office.view.get('sale', `${purse} ${payee}`)
    return row?.claimed ?? emptyBitmap(this.#world.film.pieces)
  }

  /** Was anybody paid with this token? */
  isSpent(purse: string, index: number): boolean {
    return hasBit(this.#world.office.view.get('purse', purse)!.spent, index)
  }

  isSettled(purse: string, payee: string, index: number): boolean {
    return this.#settled.has(`${purse} ${payee} ${index}`)
  }

  #sum(pick: (line: JournalLine) => boolean): bigint {
    return this.#lines.reduce((sum, line) => (pick(line) ? sum + line.amountMinor : sum), 0n)
  }

  /** What left a buyer for good. */
  spentBy(uid: string): bigint {
    const account = `peer:${uid}`
    const out = this.#sum(({ debit }) => debit === account)
    return (
      out -
      this.#sum(({ credit, debit, kind }) => {
        return credit === account && debit === 'escrow' && kind === 'close'
      })
    )
  }

  /** What came in for pieces, by claims and by the court, the late payments of a close among it. */
  earnedBy(uid: string): bigint {
    const account = `peer:${uid}`
    return this.#sum(
      ({ kind, credit, debit }) =>
        credit === account && (kind === 'redeem' || kind === 'settle' || debit.startsWith('peer:'))
    )
  }

  /** Tokens that a double spender's balance did not cover; of every buyer when none is named. */
  uncovered(buyer: string, payee: string): number {
    const { view } = this.#world.office
    let owed = 0
    for (const [key, sale] of view.rows('sale')) {
      const [purse, seller] = key.split(' ') as [string, string]
      const isHis = buyer === '' || view.get('purse', purse)!.uid === buyer
      if (seller === payee && isHis) owed += sale.owed
    }
    return owed
  }

  /** Tokens that were spent twice and are owed to honest sellers beyond what they have. */
  uncoveredOf(): number {
    return this.#world.honest.reduce((sum, { uid }) => sum + this.uncovered('', uid), 0)
  }

  /** Who is convicted of what. */
  guilty(): string[] {
    const { view } = this.#world.office
    const convicted = [...view.rows('complaint')].flatMap(([, { outcome, guilty }]) =>
      outcome === 'guilty' ? [guilty] : []
    )
    return [...convicted, ...[...view.rows('offence')].map(([, { buyer }]) => buyer)]
  }

  /** What became of every case, and every double spend. */
  cases(): string[] {
    const { view } = this.#world.office
    const cases = [...view.rows('complaint')].map(
      ([, { charge, outcome }]) => `${charge} ${outcome}`
    )
    return [...cases, ...[...view.rows('offence')].map(() => 'offence')]
  }

  caseAgainst(uid: string): string {
    const { view } = this.#world.office
    return [...view.rows('complaint')]
      .filter(([, { guilty, accused }]) => guilty === uid || accused === uid)
      .map(([, { charge, outcome, code, accuser, index, count }]) =>
        [charge, outcome, code, accuser, index, count].join(' ')
      )
      .join('; ')
  }
}
