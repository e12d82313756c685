// What can be asked of the ledger and what it answers. Types only; check.ts knows the limits, rules.ts what happens.
// Every amount is bigint minor units; every time milliseconds since 1970.
import type { CourtCommand, CourtOutcomes } from './court-commands.ts'
import type { MoneyInCommand, MoneyInOutcomes } from './money-in-commands.ts'
import type { PayoutCommand, PayoutOutcomes } from './payout-commands.ts'
import type { PromiseCommand, PromiseOutcomes } from './promise-commands.ts'
import type { PushCommand, PushOutcomes } from './push-commands.ts'

/** Opens an account. The same sign key again answers the uid it already has. */
export interface OpenCommand {
  kind: 'open'
  uid: string
  /** Raw Ed25519 and X25519 public keys, 32 bytes each. */
  signKey: Uint8Array
  boxKey: Uint8Array
  /** Payment handle (F16). */
  handle: string
}

/** Money from outside arrives: cash → peer. */
export interface DepositCommand {
  kind: 'deposit'
  id: string
  uid: string
  amountMinor: bigint
  reason: string
  now: number
}

/** What was booked for an account and should not have been goes out again: peer → cash, at most what the account has. */
export interface CorrectCommand {
  kind: 'correct'
  id: string
  uid: string
  amountMinor: bigint
  /** Said to the account's owner too; never empty. */
  reason: string
  now: number
}

/**
 * Says what a content is and costs now, and puts it up for sale. May be repeated; the number of pieces cannot change.
 */
export interface PublishCommand {
  kind: 'publish'
  infoHash: string
  pieces: number
  /** Price of one piece. */
  priceMinor: bigint
  currency: string
  mode: 'closed' | 'open'
  title: string
  torrent: Uint8Array
  /** So many pieces from the first on are free; 0 by default. */
  free?: number
  /** When it was put up for sale (0 for long ago): a withdrawal since then stands. Now by default. */
  since?: number
}

/** Ends the sale of a content. Purses that were sold go on as they are. */
export interface WithdrawCommand {
  kind: 'withdraw'
  infoHash: string
  now: number
}

/** Price × pieces covered: peer → escrow. Answers a purse in force that covers any of them, unless `again` asks for another. */
export interface PurchaseCommand {
  kind: 'purchase'
  /** Becomes the id of the purse. */
  purchaseId: string
  uid: string
  infoHash: string
  /** Price of one piece as the buyer knows it. */
  priceMinor: bigint
  again?: boolean
  /** Boundaries of the pieces wanted (coverage.ts); by default all that are not free. */
  ranges?: number[]
  /** Held beside the price until the purse closes; 0 by default. */
  collateralMinor?: bigint
  /** Does the provider pay it, out of the budget for pushing this content? */
  pushed?: boolean
  now: number
  expiresAt: number
  /** Kept with the purse so that a repeated announce gets the very same answer. */
  sealed?: Uint8Array
  certificate?: Uint8Array
}

/** One seller's claim on one purse. The caller has checked the voucher's signature and the XOR of the tokens. */
export interface Claim {
  claimId: string
  payee: string
  purseId: string
  /** Bit i = token i, most significant bit first. */
  bitmap: Uint8Array
  /** The buyer's voucher, kept as evidence. */
  voucher: Uint8Array
  /** Tokens the voucher stands for. */
  count: number
}

export interface RedeemCommand {
  kind: 'redeem'
  claims: Claim[]
  /** The sellers' part of what the claims bring, in millionths; the rest is the provider's. By default as it was kept. */
  sellerMillionths?: number
  now: number
}

/** The buyer ends a purse: of all tokens but the `kept` ones he signed that he pays them to nobody. */
export interface CancelCommand {
  kind: 'cancel'
  purseId: string
  uid: string
  /** Bitmap. */
  kept: Uint8Array
  /** What he signed. */
  frame: Uint8Array
  /** From when on no seller takes the purse any more. */
  earlyAt: number
  now: number
}

/**
 * What is due of a purse. After expiry: the rest of the escrow back to the buyer, out of which open debts are paid first.
 * Of a cancelled one before that: what was given back.
 */
export interface CloseCommand {
  kind: 'close'
  purseId: string
  now: number
}

/** The log over the journal has a new signed head. Only the newest is kept. */
export interface SignHeadCommand {
  kind: 'signHead'
  /** Lines that the head stands for. */
  size: number
  root: Uint8Array
  peaks: Uint8Array
  frame: Uint8Array
  /** Roots of the blocks that became full since the head before. */
  blocks: Uint8Array[]
  now: number
}

export type Command =
  | OpenCommand
  | DepositCommand
  | CorrectCommand
  | PublishCommand
  | WithdrawCommand
  | PurchaseCommand
  | RedeemCommand
  | CloseCommand
  | CancelCommand
  | SignHeadCommand
  | CourtCommand
  | MoneyInCommand
  | PayoutCommand
  | PromiseCommand
  | PushCommand

/** The terms of a purse: what never changes between purchase and end. */
export interface PurseTerms {
  purseId: string
  uid: string
  infoHash: string
  pieces: number
  priceMinor: bigint
  currency: string
  openedAt: number
  expiresAt: number
  sealed: Uint8Array
  certificate: Uint8Array
}

/** What a claim brought. Counts are tokens. */
export interface ClaimOutcome {
  claimId: string
  purseId: string
  /** Money that moved to the payee by this claim. */
  creditedMinor: bigint
  /** New tokens, paid out of escrow. */
  fresh: number
  /** New tokens that another seller was paid for before: an offence of the buyer is on record. */
  conflicting: number
  /** Tokens of this sale still unpaid after this claim, as the buyer's balance did not suffice. */
  uncovered: number
  /** It was settled before; these are the results of then. */
  repeated: boolean
}

/** A claim that was refused; the others of its batch stand. */
export interface ClaimRefusal {
  claimId: string
  purseId: string
  error: string
}

export interface Outcomes
  extends CourtOutcomes, MoneyInOutcomes, PayoutOutcomes, PromiseOutcomes, PushOutcomes {
  open: { uid: string }
  /** `repeated`: it was booked before, and nothing moved. */
  deposit: { uid: string; amountMinor: bigint; repeated: boolean }
  correct: { uid: string; amountMinor: bigint; repeated: boolean }
  /** `withdrawnAt` is 0 if it is for sale. */
  publish: { infoHash: string; withdrawnAt: number }
  /** `repeated`: it was not for sale before. */
  withdraw: { infoHash: string; title: string; repeated: boolean }
  /** `chargedMinor` is what the buyer paid: 0 if another purchase's purse was answered. */
  purchase: { purse: PurseTerms; chargedMinor: bigint }
  /** One result per claim, in the order of the claims. */
  redeem: { claims: (ClaimOutcome | ClaimRefusal)[] }
  close: { purseId: string; refundMinor: bigint }
  cancel: { purseId: string; keptTokens: number; earlyAt: number; repeated: boolean }
  signHead: { size: number }
}
export type OutcomeOf<C extends Command> = Outcomes[C['kind']]
export type Outcome = Outcomes[Command['kind']]
