// What a buyer owes on one purse, and what proves it: his signed request that names the piece, and our signed
// delivery (F43, F63). A proof stays exactly as long as its debt; the pieces of one window share their messages.

import { packMessage, unpack, type ProofState } from './state.ts'

/** Messages as they travelled; the same object for all pieces of one window. */
export interface Proof {
  request: Uint8Array
  delivery: Uint8Array
}

interface Debt {
  proof: Proof
  /** When the last byte of it went out, Unix milliseconds. */
  since: number
}

export class Debts {
  /** Pieces sent and not paid. Debts of older wallets have no proof. */
  readonly indexes: Set<number>
  readonly #debts = new Map<number, Debt>()

  constructor(owed: number[] = [], proofs: ProofState[] = []) {
    this.indexes = new Set(owed)
    for (const { request, delivery, indexes, since } of proofs) {
      const proof = { request: unpack(request), delivery: unpack(delivery) }
      for (const [i, index] of indexes.entries()) {
        if (this.indexes.has(index)) this.#debts.set(index, { proof, since: since[i] ?? 0 })
      }
    }
  }

  add(index: number, proof: Proof | undefined, since: number): void {
    this.indexes.add(index)
    if (proof !== undefined) this.#debts.set(index, { proof, since })
  }

  /** More of it goes out. Not worth a write of its own: the debt itself is one already. */
  touch(index: number, at: number): void {
    const debt = this.#debts.get(index)
    if (debt !== undefined) debt.since = at
  }

  delete(index: number): boolean {
    this.#debts.delete(index)
    return this.indexes.delete(index)
  }

  /** What proves that this piece is owed, and since when. */
  get(index: number): Readonly<Debt> | undefined {
    return this.#debts.get(index)
  }

  /** Windows in the order of their first debt. */
  proofsToState(): ProofState[] {
    const windows = new Map<Proof, ProofState>()
    for (const [index, { proof, since }] of this.#debts) {
      const window = windows.get(proof) ?? windowOf(proof)
      window.indexes.push(index)
      window.since.push(since)
      windows.set(proof, window)
    }
    return [...windows.values()]
  }
}

const windowOf = ({ request, delivery }: Proof): ProofState => ({
  request: packMessage(request),
  delivery: packMessage(delivery),
  indexes: [],
  since: []
})
