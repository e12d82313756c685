// What can be asked of the ledger about money that comes in: what banks and card processors tell, gift codes, coupons.
// Types only. Amounts are bigint minor units, times Unix milliseconds.

/** What was asked of a card processor for an account: the payment that comes must fit it. */
export interface OrderCommand {
  kind: 'order'
  orderId: string
  uid: string
  amountMinor: bigint
  currency: string
  now: number
}

/** Ties a payment reference to an account, so that a line of a bank statement finds it. */
export interface ReferCommand {
  kind: 'refer'
  /** ISO 11649, without spaces. */
  reference: string
  uid: string
}

/** Only a credit becomes a deposit; all others are noted, and shown to the operator. */
export type AdviceKind =
  'credit' | 'debit' | 'reversal' | 'return' | 'failed' | 'refund' | 'dispute'

/** What a bank or a card processor says of one payment. */
export interface Advice {
  /** By each of these it is known again, the best first; that one is its id. */
  names: string[]
  /** Does the first name belong to one payment for certain? Banks use the others for several now and then. */
  strong: boolean
  source: 'stripe' | 'sepa'
  /** Any kind but `credit` moves no money. */
  advised: AdviceKind
  amountMinor: bigint
  currency: string
  /** The order that it pays; '' if none. */
  orderId: string
  /** The account that it says it is for, besides; '' if it says nothing. */
  uid: string
  /** A payment reference that stands in it; '' if none. */
  reference: string
  /** Why it is not to be booked without a person; '' if nothing speaks against it. */
  hold: string
  /** A name of the payment that this one takes back; '' if none. */
  about: string
  payer: string
  /** What the payer wrote. */
  text: string
}

/** A document that may come again, but never say something else. */
export interface StatementMark {
  statementId: string
  /** SHA-256 of what it says. */
  body: Uint8Array
}

/** Advices of one message or file: all of them, or none. */
export interface AdviseCommand {
  kind: 'advise'
  /** The statements that they stand in; none for a single message. */
  statements: StatementMark[]
  advices: Advice[]
  now: number
}

/** The operator books a payment that waits, or (without a uid) sets it aside, or what was noted. */
export interface AssignCommand {
  kind: 'assign'
  adviceId: string
  uid: string
  reason: string
  now: number
}

/** Gift codes were sold or given: cash → gifts. */
export interface IssueGiftsCommand {
  kind: 'issueGifts'
  batchId: string
  /** SHA-256 of each code, in hex: the codes themselves nobody keeps. */
  hashes: string[]
  /** Of each. */
  amountMinor: bigint
  /** 0 for never. */
  expiresAt: number
  reason: string
  now: number
}

/** gifts → peer. */
export interface RedeemGiftCommand {
  kind: 'redeemGift'
  hash: string
  uid: string
  now: number
}

/** A code that takes something off the price of a purchase, at the provider's cost. */
export interface IssueCouponCommand {
  kind: 'issueCoupon'
  couponId: string
  /** '' for every content. */
  infoHash: string
  /** Ten-thousandths of the price; 0 if an amount is taken off. */
  share: number
  /** 0 if a share is taken off. */
  amountMinor: bigint
  /** Uses by all together, and by one account. */
  usesMax: number
  usesPerAccountMax: number
  /** Purchases from then on cost the full price. 0 for never. */
  until: number
  now: number
}

/** A buyer takes a coupon: his next purchase that it is for costs less. */
export interface TakeCouponCommand {
  kind: 'takeCoupon'
  couponId: string
  uid: string
  now: number
}

/** Its holder gives a coupon back: he buys without it. */
export interface DropCouponCommand {
  kind: 'dropCoupon'
  couponId: string
  uid: string
  now: number
}

/** The operator puts money behind coupons: cash → promotion. */
export interface FundCommand {
  kind: 'fund'
  id: string
  amountMinor: bigint
  reason: string
  now: number
}

export type MoneyInCommand =
  | OrderCommand
  | ReferCommand
  | AdviseCommand
  | AssignCommand
  | IssueGiftsCommand
  | RedeemGiftCommand
  | IssueCouponCommand
  | TakeCouponCommand
  | DropCouponCommand
  | FundCommand

/** What became of an advice. A waiting one says by `code` what speaks against booking it. */
export interface AdviceOutcome {
  adviceId: string
  state: 'booked' | 'waiting' | 'noted'
  code: string
  /** Who got it; '' if nobody yet. */
  uid: string
  amountMinor: bigint
  /** It was known, and nothing moved. */
  repeated: boolean
}

export interface CouponTerms {
  couponId: string
  infoHash: string
  share: number
  amountMinor: bigint
  until: number
}

export interface MoneyInOutcomes {
  order: { orderId: string; repeated: boolean }
  refer: { reference: string; repeated: boolean }
  /** In the order of the advices. */
  advise: { advices: AdviceOutcome[] }
  assign: AdviceOutcome
  issueGifts: { batchId: string; repeated: boolean }
  redeemGift: { uid: string; amountMinor: bigint; repeated: boolean }
  issueCoupon: { couponId: string; repeated: boolean }
  takeCoupon: { coupon: CouponTerms; repeated: boolean }
  /** Repeated: he does not hold it. */
  dropCoupon: { couponId: string; repeated: boolean }
  fund: { amountMinor: bigint; repeated: boolean }
}
