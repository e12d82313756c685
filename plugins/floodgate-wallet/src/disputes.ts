// Our complaints (F43, F57, F61): each is durable before it is filed, and goes on where it stood after a crash. What a
// stage may become stands in one table; complaints.ts walks it.

import {
  isOffence,
  equal,
  toBase64url,
  toHex,
  type ErrorCode,
  type OffenceKind
} from '@floodgate/protocol'
import type { Saver } from './saver.ts'
import { unpack, type DisputeState } from './state.ts'

/** Where a complaint stands; `true`: something is still to be done or awaited. */
export const STAGES = {
  /** Not filed yet, or its answer was lost. */
  due: true,
  /** The court wants to see that we have the piece. */
  challenge: true,
  /** It has seen it: the buyer accepts, or the purse closes. */
  proved: true,
  settled: false,
  guilty: false,
  dismissed: false
} as const

export type Stage = keyof typeof STAGES

export interface Offence {
  kind: OffenceKind
  accused: Uint8Array
  /** The certificate of the key that signed the evidence, as received. */
  certificate: Uint8Array
  infoHash: Uint8Array
  purse: Uint8Array
  index: number
  /** Whole messages, as `OFFENCES` lists them. */
  frames: Uint8Array[]
}

export interface Dispute extends Offence {
  /** When we took it up; Unix milliseconds. */
  at: number
  /** The complaint as it was sent; empty before. */
  complaint: Uint8Array
  /** Of the case at the court: the hash of the first complaint of it. Empty before the challenge, as the nonce is. */
  id: Uint8Array
  /** What the proof of possession answers. */
  nonce: Uint8Array
  stage: Stage
  /** Of the verdict: a code of the error table; empty before. */
  code: ErrorCode | ''
  /** Minor units that it brought. */
  credited: bigint
}

/** Beyond that the oldest that are over are forgotten, and no new one is taken up while all are open. */
const DISPUTES_MAX = 128
const EMPTY = new Uint8Array(0)

export class Disputes {
  readonly #saver: Saver
  #disputes: Dispute[]
  #state: DisputeState[] | undefined

  constructor(saver: Saver, states: DisputeState[] = []) {
    this.#saver = saver
    this.#disputes = states.map(fromState)
  }

  /** Oldest first. */
  all(): readonly Dispute[] {
    return this.#disputes
  }

  open(): Dispute[] {
    return this.#disputes.filter(({ stage }) => STAGES[stage])
  }

  /** Our complaint about just this. */
  find({ kind, accused, purse, index }: Pick<Offence, 'kind' | 'accused' | 'purse' | 'index'>) {
    return this.#disputes.find(
      (one) =>
        one.index === index &&
        one.kind === kind &&
        equal(one.accused, accused) &&
        equal(one.purse, purse)
    )
  }

  /** Takes up a complaint, once: the same again answers the first. Undefined when there are too many open ones. */
  add(offence: Offence, at: number): Dispute | undefined {
    this.#saver.expectOpen()
    const known = this.find(offence)
    if (known !== undefined || !this.#makeRoom()) return known
    const dispute: Dispute = {
      ...offence,
      ...{ at, complaint: EMPTY, id: EMPTY, nonce: EMPTY, stage: 'due', code: '', credited: 0n }
    }
    this.#disputes.push(dispute)
    this.#changed()
    return dispute
  }

  #makeRoom(): boolean {
    if (this.#disputes.length < DISPUTES_MAX) return true
    const oldest = this.#disputes.findIndex(({ stage }) => !STAGES[stage])
    if (oldest >= 0) this.#disputes.splice(oldest, 1)
    return oldest >= 0
  }

  /** It went on. What is over needs its evidence no more. */
  update(dispute: Dispute, changes: Partial<Omit<Dispute, keyof Offence>>): void {
    this.#saver.expectOpen()
    Object.assign(dispute, changes)
    if (!STAGES[dispute.stage]) Object.assign(dispute, { frames: [], certificate: EMPTY })
    this.#changed()
  }

  toState(): { disputes?: DisputeState[] } {
    if (this.#disputes.length === 0) return {}
    this.#state ??= this.#disputes.map(toState)
    return { disputes: this.#state }
  }

  #changed(): void {
    this.#state = undefined
    this.#saver.changed()
  }
}

/** Plain values, for a command line or a page: ids are hex. */
export function disputeSummary(dispute: Dispute) {
  const { kind, accused, infoHash, index, at, stage, code, credited } = dispute
  return {
    kind,
    accused: toHex(accused),
    infoHash: toHex(infoHash),
    index,
    at,
    stage,
    code,
    credited
  }
}

function toState(dispute: Dispute): DisputeState {
  const { accused, certificate, infoHash, purse, frames, complaint, id, nonce, credited, ...rest } =
    dispute
  return {
    ...rest,
    accused: toBase64url(accused),
    certificate: toBase64url(certificate),
    infoHash: toBase64url(infoHash),
    purse: toBase64url(purse),
    frames: frames.map(toBase64url),
    complaint: toBase64url(complaint),
    id: toBase64url(id),
    nonce: toBase64url(nonce),
    credited: String(credited)
  }
}

function fromState(state: DisputeState): Dispute {
  const { kind, stage, frames, credited } = state
  return {
    accused: unpack(state.accused),
    certificate: unpack(state.certificate),
    infoHash: unpack(state.infoHash),
    purse: unpack(state.purse),
    complaint: unpack(state.complaint),
    id: unpack(state.id),
    nonce: unpack(state.nonce),
    index: state.index,
    at: state.at,
    kind: isOffence(kind) ? kind : 'unpaid',
    stage: Object.hasOwn(STAGES, stage) ? (stage as Stage) : 'dismissed',
    code: state.code as ErrorCode | '',
    frames: frames.map(unpack),
    credited: BigInt(credited)
  }
}
