/**
 * @packageDocumentation
 * A person's Floodgate wallet: keys and certificate, purses bought, what was paid to whom, what was earned,
 * and whom not to trade with. It runs in Node and browsers; Node's file storage is `@floodgate/wallet/file`.
 *
 * ```ts
 * import { platformCrypto } from '@floodgate/protocol'
 * import { Wallet, memoryStorage } from '@floodgate/wallet'
 *
 * // Of a real provider: `const { rootKey } = await fetchProvider('https://cdn.example')`
 * const { publicKey: rootKey } = platformCrypto.signKey(platformCrypto.random(32))
 * const wallet = await Wallet.create({
 *   storage: memoryStorage(),
 *   passphrase: 'correct horse battery staple',
 *   rootKey,
 *   api: 'https://cdn.example'
 * })
 * console.log(wallet.registered) // false
 * await wallet.close()
 * ```
 */

export {
  announce,
  buy,
  overHttp,
  type AnnounceOptions,
  type AnnounceAnswer,
  type Carrier,
  type PeerAddress
} from './announce.ts'
export { answerNotices, appeal, fetchSettled } from './answers.ts'
export { Blacklist, type BlacklistEntry } from './blacklist.ts'
export { browserStorage } from './browser.ts'
export { cancelPurse, type CancelAnswer } from './cancellations.ts'
export { claim, type ClaimAnswer, type ClaimedPurse } from './claims.ts'
export { pursue } from './complaints.ts'
export type { ContentAtHand, ContentsAtHand } from './contents.ts'
export type { Proof } from './debts.ts'
export { STAGES, type Dispute, type Offence } from './disputes.ts'
export { SCRYPT_COST } from './keys.ts'
export {
  fetchProvider,
  account,
  register,
  renew,
  type AccountAnswer,
  type ProviderInfo
} from './provider-client.ts'
export {
  freeUrl,
  originStanding,
  paidToOrigin,
  payOrigin,
  reserveToOrigin,
  type OriginStanding
} from './origin-client.ts'
export {
  checkout,
  paymentReference,
  dropCoupon,
  redeemCode,
  type Checkout,
  type PaymentReference,
  type RedeemedCode
} from './money-in.ts'
export { buyKeys, offerDisk, type KeyOrder, type PushOffer } from './push-client.ts'
export { proveAccount, type OwnPosting, type ProvedAccount } from './own-postings.ts'
export { ownAccount, ownLines, type OwnLine } from './own-lines.ts'
export { payouts, setDestination, type DestinationAnswer, type PayoutAnswer } from './payouts.ts'
export { sendMeasurement, type MeasureAnswer } from './measurements.ts'
export { findLost } from './lost-purses.ts'
export type { Missing, PayeeAccount, Receipted } from './payee-book.ts'
export { isWaiting, type AnswerKind, type Notice } from './notices.ts'
export { Pocket } from './pocket.ts'
export { Purse } from './purse.ts'
export { Purses } from './purses.ts'
export { learnRefunds } from './refunds.ts'
export { Sale } from './sale.ts'
export { Sales } from './sales.ts'
export {
  decodeState,
  encodeState,
  type ScryptCost,
  type WalletEvent,
  type WalletState
} from './state.ts'
export { memoryStorage, type WalletStorage } from './storage.ts'
export { acceptHead, checkLog, compareHead, type Fork, type TreeHead } from './tree-heads.ts'
export type { TrackerReply } from './tracker-reply.ts'
export type { WalletSummary } from './summary.ts'
export { Wallet, type CreateOptions, type OpenOptions } from './wallet.ts'
