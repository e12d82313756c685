// What others complained of us, as the provider told it, and what we answered. Kept so that no notice is answered or told
// to the person twice, and a piece that the court made us pay is fetched after a restart too.

import { equal, toBase64url, toHex, type Message } from '@floodgate/protocol'
import type { Saver } from './saver.ts'
import { unpack, type NoticeState } from './state.ts'

/**
 * `paid`: with the seller's own receipt; `accepted`: the court pays the seller with our token of that piece; `elsewhere`:
 * with our voucher, for another seller has that token.
 */
export type AnswerKind = 'paid' | 'accepted' | 'elsewhere'

export type Notice = Message<'notices'>['items'][number] & {
  /** When we heard of it; Unix milliseconds. */
  at: number
  /** What we answered; empty: nothing yet. */
  answer: AnswerKind | ''
  /** We decided to accept; it stays so when the answer is lost, whatever the accuser gave a receipt for meanwhile. */
  accepting?: boolean
}

/** Does it wait for our answer? A strike may be taken away by one. */
export const isWaiting = ({ outcome, answer }: Notice): boolean =>
  answer === '' && ['challenge', 'proved', 'strike'].includes(outcome)

/** Beyond that the oldest are forgotten. */
const NOTICES_KEPT = 128

export class Notices {
  readonly #saver: Saver
  #notices: Notice[]
  #state: NoticeState[] | undefined

  constructor(saver: Saver, states: NoticeState[] = []) {
    this.#saver = saver
    this.#notices = states.map(fromState)
  }

  /** Oldest first. */
  all(): readonly Notice[] {
    return this.#notices
  }

  /** Takes in a notice as it stands now. `isNews`: we did not know it, or it has another outcome now. */
  hear(item: Message<'notices'>['items'][number], at: number): { notice: Notice; isNews: boolean } {
    this.#saver.expectOpen()
    const isBan = item.outcome === 'revoked'
    const known = this.#notices.find(
      (one) => equal(one.complaint, item.complaint) && (one.outcome === 'revoked') === isBan
    )
    if (known?.outcome === 'settled') return { notice: known, isNews: false } // it stays so, whatever counts
    const isNews = known?.outcome !== item.outcome
    const notice: Notice = known ?? { ...item, at, answer: '' }
    if (known === undefined) this.#notices = [...this.#notices, notice].slice(-NOTICES_KEPT)
    if (isNews || known?.due !== item.due) this.update(notice, item)
    return { notice, isNews }
  }

  update(notice: Notice, changes: Partial<Notice>): void {
    this.#saver.expectOpen()
    Object.assign(notice, changes)
    this.#state = undefined
    this.#saver.changed()
  }

  toState(): { notices?: NoticeState[] } {
    if (this.#notices.length === 0) return {}
    this.#state ??= this.#notices.map((notice) => ({
      ...notice,
      complaint: toBase64url(notice.complaint),
      accuser: toBase64url(notice.accuser),
      infoHash: toBase64url(notice.infoHash),
      purse: toBase64url(notice.purse)
    }))
    return { notices: this.#state }
  }
}

/** Plain values, for a command line or a page: ids are hex. */
export function noticeSummary({
  complaint,
  accuser,
  infoHash,
  purse: _,
  accepting: __,
  ...rest
}: Notice) {
  return {
    ...rest,
    complaint: toHex(complaint),
    accuser: toHex(accuser),
    infoHash: toHex(infoHash)
  }
}

function fromState(state: NoticeState): Notice {
  return {
    ...state,
    complaint: unpack(state.complaint),
    accuser: unpack(state.accuser),
    infoHash: unpack(state.infoHash),
    purse: unpack(state.purse),
    answer: state.answer as Notice['answer']
  }
}
