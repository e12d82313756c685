// What is for sale, and what was, as every announce needs it: terms without the torrent files. Contents that are known are kept for
// some seconds; what is published through this process is seen at once.

import type { Content, ContentSummary, LedgerStore } from '../ledger/index.ts'
import type { FixedTerms, Offers } from './offers.ts'

export type Terms = Pick<Content, 'pieces' | 'priceMinor' | 'currency' | 'mode' | 'free'> & {
  isWithdrawn: boolean
}
export type ListedContent = ContentSummary & Pick<FixedTerms, 'pieceLength' | 'length'>

/** So long another process's change of a price may stay unseen; the ledger checks the price once more. */
const KEPT_MS = 5000
const CONTENTS_MAX = 10_000

export class Catalog {
  readonly #store: LedgerStore
  readonly #offers: Offers
  readonly #now: () => number
  readonly #terms = new Map<string, { terms: Terms; until: number }>()
  #list: { contents: ListedContent[]; until: number } | undefined

  constructor(store: LedgerStore, offers: Offers, now: () => number) {
    this.#store = store
    this.#offers = offers
    this.#now = now
  }

  /** The terms of a content; undefined when it is not ours. */
  async terms(infoHash: string): Promise<Terms | undefined> {
    const kept = this.#terms.get(infoHash)
    if (kept !== undefined && kept.until > this.#now()) return kept.terms
    this.#terms.delete(infoHash)
    const content = await this.#store.content(infoHash)
    if (content === undefined) return undefined
    const { pieces, priceMinor, currency, mode, free, withdrawnAt } = content
    const isWithdrawn = withdrawnAt !== 0
    const terms = { pieces, priceMinor, currency, mode, free, isWithdrawn }
    if (this.#terms.size === CONTENTS_MAX) this.#terms.delete(this.#terms.keys().next().value!)
    this.#terms.set(infoHash, { terms, until: this.#now() + KEPT_MS })
    return terms
  }

  /** What is for sale, for people and programs to choose from. */
  async forSale(): Promise<ListedContent[]> {
    return (await this.list()).filter(({ withdrawnAt }) => withdrawnAt === 0)
  }

  /** All contents; of those that were withdrawn, purses may be out. */
  async list(): Promise<ListedContent[]> {
    if (this.#list !== undefined && this.#list.until > this.#now()) return this.#list.contents
    const contents: ListedContent[] = []
    for (const summary of await this.#store.contents()) {
      const { pieceLength = 0, length = 0 } = (await this.#offers.of(summary.infoHash)) ?? {}
      contents.push({ ...summary, pieceLength, length })
    }
    this.#list = { contents, until: this.#now() + KEPT_MS }
    return contents
  }

  /** Something was published, or withdrawn: look again. */
  forget(infoHash: string): void {
    this.#terms.delete(infoHash)
    this.#list = undefined
  }
}
