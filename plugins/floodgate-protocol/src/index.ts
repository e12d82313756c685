/**
 * @packageDocumentation
 * The Floodgate protocol: messages and their codec, tokens, certificates, sessions, errors and crypto. It
 * does no I/O and runs in Node and browsers.
 *
 * ```ts
 * import { encode, decode } from '@floodgate/protocol'
 *
 * const bytes = encode('reject', { code: 'bad-index', message: 0x23, indexes: [7] })
 * console.log(decode(bytes, 'reject').message.code) // bad-index
 * ```
 */

export { Reader, Writer } from './bencode.ts'
export * from './bitmap.ts'
export * from './bytes.ts'
export * from './codec.ts'
export type { Answer, Evidence, Facts, Judgement } from './court/evidence.ts'
export { judge, judgeAnswer, possessionProof } from './court/judge.ts'
export { OFFENCES, isOffence, type OffenceKind } from './court/offences.ts'
export * from './court/revocation-log.ts'
export * from './crypto/box.ts'
export type { Crypto, CryptoBackEnd, SignKey } from './crypto/interface.ts'
export { strict } from './crypto/strict.ts'
export { tweetnaclBackEnd } from './crypto/tweetnacl.ts'
export * from './errors.ts'
export { giftCodeOf, giftHashOf, readGiftCode } from './gift-codes.ts'
export * from './identity.ts'
export * from './log.ts'
export { LINES_MAX, REASON_MAX } from './log-messages.ts'
export { DROP } from './money-messages.ts'
export * from './merkle.ts'
export * from './messages.ts'
export { amountOf, decimalOf, minorDigitsOf, minorOf, typedMinorOf } from './money.ts'
export * from './offer.ts'
export { KEYS_MAX, PUSH_OFFERS_MAX } from './push-messages.ts'
export {
  encodePromise,
  shortfallOf,
  type Measured,
  type ServicePromise,
  type Shortfall
} from './promise.ts'
export * from './ranges.ts'
export {
  CLAIM_PURSES_MAX,
  HEADER,
  PEERS_MAX,
  PIECES_MAX,
  PURSES_SHOWN_MAX,
  RESENDS_MAX,
  WINDOW_MAX,
  type Row
} from './rows.ts'
export * from './session.ts'
export * from './tokens.ts'
export * from './trust.ts'
export * from './vouchers.ts'
export { platformCrypto } from '#crypto'
