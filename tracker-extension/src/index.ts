/**
 * @packageDocumentation
 * Makes a `bittorrent-tracker` Server sell pieces: guard, signed announces that buy purses, claims, a ledger, and an API
 * on the tracker's own port.
 *
 * ```ts
 * import Server from 'bittorrent-tracker/server'
 * import { createProviderKeys, floodgateTracker, memoryLedger } from '@floodgate/tracker'
 *
 * const server = new Server({ udp: false, ws: { maxPayload: 65_536 } })
 * const ledger = memoryLedger({ currency: 'EUR' })
 * const keys = await createProviderKeys()
 * const tracker = floodgateTracker(server, { ledger, keys, name: 'Example' })
 * server.listen(0, '127.0.0.1', async () => {
 *   console.log(tracker.counters.mint.purchases) // 0
 *   await tracker.close()
 *   server.close()
 * })
 * ```
 */

export * from './attach/index.ts'
export { floodgateTracker, type FloodgateTracker } from './floodgate-tracker.ts'
export type { FloodgateTrackerOptions } from './options.ts'
export type { CourtOptions, PieceSource } from './court/court.ts'
export type { CaseJson, CourtJson } from './court/docket.ts'
export type { Signal } from './court/signals.ts'
export * from './guard/index.ts'
export * from './ledger/index.ts'
export type { CodeJson } from './deposits/codes.ts'
export type { CheckoutJson, WebhookJson } from './deposits/checkout.ts'
export type { DepositsOptions, SepaOptions, StripeOptions } from './deposits/options.ts'
export type { ReferenceJson, StatementsJson, TakenPayment } from './deposits/transfers.ts'
export { auditLog, type LogAudit, type LogAuditOptions } from './log/audit.ts'
export type { AccountAnswer } from './mint/accounts.ts'
export type {
  AdviceJson,
  AdvicesJson,
  AssignedJson,
  BookedJson,
  PromotionJson
} from './api/money-in.ts'
export type { ContentJson, PublishedJson, WithdrawJson } from './api/content.ts'
export type { BackupJson, DepositJson, LiftJson, OwnJson, OwnListJson } from './api/json.ts'
export {
  ALL_SCOPES,
  SCOPES,
  isSecret,
  type FindOperator,
  type Operator,
  type Scope
} from './api/operators.ts'
export type { RequestNote } from './api/request-note.ts'
export type {
  DestinationJson,
  PayoutJson,
  PlanJson,
  ReconciliationJson,
  RunJson
} from './api/payouts.ts'
export type { ContentRisk, RiskJson } from './api/risk.ts'
export type { QualityJson, SeederOrderJson, SeederReportJson } from './api/rows/quality.ts'
export type { BuyersJson } from './api/rows/push.ts'
export {
  isWithinLimit,
  membersMaxOf,
  swarmRisk,
  type SwarmFacts,
  type SwarmLimit,
  type SwarmRisk
} from './court/swarm-limit.ts'
export type { HostFacts } from './metrics/metrics.ts'
export type { MintCounters } from './mint/counters.ts'
export type { AnnounceNote } from './mint/mint.ts'
export { UNLIMITED_RATES, type Rates } from './mint/doorkeeper.ts'
export {
  createProviderKeys,
  renewEpoch,
  withoutRootSecret,
  type EpochKeys,
  type MasterKey,
  type ProviderKeys
} from './mint/keys.ts'
export { providerKeysFromJson, providerKeysToJson } from './mint/keys-json.ts'
export type { PushOptions } from './mint/sealed.ts'
export type { Origin, OriginOptions } from './origin/origin.ts'
export type { Supply, TapStatus } from './origin/tap.ts'
export * from './payout/index.ts'
export { deposit, publish, type Published, type Publisher } from './mint/publish.ts'
