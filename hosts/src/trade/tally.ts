// Adds up what one process paid and earned, and to and from whom. Pure: it is fed by the plugin's events.

export interface Share {
  uid: string
  pieces: number
  /** Minor units. */
  amount: bigint
}

interface Trade {
  uid: string
  indexes: number[]
  /** Of one piece, minor units. */
  price: bigint
}

export class Tally {
  readonly #bought = new Map<string, Share>()
  readonly #sold = new Map<string, Share>()

  paid(trade: Trade): void {
    add(this.#bought, trade)
  }

  earned(trade: Trade): void {
    add(this.#sold, trade)
  }

  /** From whom we bought, and what they got from us. */
  get bought(): Share[] {
    return [...this.#bought.values()]
  }

  /** To whom we sold, and what we got from them. */
  get sold(): Share[] {
    return [...this.#sold.values()]
  }

  get paidMinor(): bigint {
    return sum(this.#bought)
  }

  get earnedMinor(): bigint {
    return sum(this.#sold)
  }
}

function add(shares: Map<string, Share>, { uid, indexes, price }: Trade): void {
  const share = shares.get(uid) ?? { uid, pieces: 0, amount: 0n }
  share.pieces += indexes.length
  share.amount += price * BigInt(indexes.length)
  shares.set(uid, share)
}

const sum = (shares: Map<string, Share>): bigint =>
  [...shares.values()].reduce((total, { amount }) => total + amount, 0n)
