// The public door of money out.
export { parseDestination, type Destination, type DestinationKind } from './destination.ts'
export { setupOf, type PayoutOptions, type PayoutSetup, type PolicyWords } from './options.ts'
export { Payouts } from './payouts.ts'
export {
  expectWhole,
  policyOf,
  type Dated,
  type KeepRule,
  type PayoutPolicy,
  type Share,
  type Standing
} from './policy.ts'
export type { Batch, Order, PayoutRail, Reconciled, Report } from './rail.ts'
export { storeCredit } from './rails/credit.ts'
export { sepa, type SepaOptions } from './rails/sepa.ts'
export { stripe, type StripeOptions } from './rails/stripe.ts'
export { webhook, type WebhookOptions, type WebhookRail } from './rails/webhook.ts'
export type { Reconciliation } from './reconcile.ts'
export { replayPolicy, type PolicyReplay } from './replay.ts'
export type { PlannedPayout, RunResult } from './run.ts'
export { parsePayout, type SectionContext } from './section.ts'
