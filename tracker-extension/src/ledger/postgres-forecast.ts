// Which rows a command or a read will ask for, as far as they can be told without looking. A guess: what is missing here
// costs a round trip more, what is too much a row more, and nothing else.
import type { Command } from './commands.ts'
import {
  type TableName,
  cash,
  escrow,
  gifts,
  hexOf,
  keyOf,
  peerAccount,
  promotion,
  providerAccount,
  push,
  transit
} from './rows.ts'
import type { ReadName } from './reads.ts'

type Place = [table: TableName, key: string]
type Forecast<C> = (command: C) => Place[]

const journal: Place = ['counter', 'journal']
const pushOf = (infoHash: string, uid: string): Place[] => [
  ['pushed', keyOf(infoHash, uid)],
  ['pushBudget', infoHash],
  ['account', push]
]
const theCase = ({ complaintId }: { complaintId: string }): Place[] => [['complaint', complaintId]]

/** Who sold, and whose account that is, only the purse tells: what is read of that costs round trips, a few a purse. */
const ofPromise = ({ purseId }: { purseId: string }): Place[] => [
  ['measurement', purseId],
  ['purse', purseId],
  ['discount', purseId],
  ['account', providerAccount],
  journal
]

const forecasts: { [Kind in Command['kind']]: Forecast<Extract<Command, { kind: Kind }>> } = {
  open: ({ uid, signKey }) => [
    ['signKey', hexOf(signKey)],
    ['peer', uid]
  ],
  deposit: ({ id, uid }) => [
    ['deposit', id],
    ['peer', uid],
    ['account', cash],
    ['account', peerAccount(uid)],
    journal
  ],
  correct: ({ id, uid }) => [
    ['correction', id],
    ['peer', uid],
    ['account', cash],
    ['account', peerAccount(uid)],
    journal
  ],
  publish: ({ infoHash }) => [['content', infoHash]],
  withdraw: ({ infoHash }) => [['content', infoHash]],
  purchase: ({ purchaseId, uid, infoHash, pushed }) => [
    ['purse', purchaseId],
    ['peer', uid],
    ['open', keyOf(uid, infoHash)],
    ['content', infoHash],
    ['heldCoupon', keyOf(uid, infoHash)],
    ['heldCoupon', keyOf(uid, '*')],
    ['account', peerAccount(uid)],
    ...(pushed === true ? pushOf(infoHash, uid) : []),
    ['account', escrow],
    journal
  ],
  redeem: ({ claims, sellerMillionths }) => [
    ...(sellerMillionths === undefined ? [['counter', 'split'] as Place] : []),
    ['account', escrow],
    journal,
    ['account', providerAccount],
    ...claims.flatMap(({ claimId, payee, purseId }): Place[] => [
      ['carry', payee],
      ['claim', keyOf(payee, claimId, purseId)],
      ['peer', payee],
      ['purse', purseId],
      ['sale', keyOf(purseId, payee)],
      ['account', peerAccount(payee)]
    ])
  ],
  signHead: () => [['head', 'newest'], journal],
  close: ({ purseId }) => [
    ['purse', purseId],
    ['discount', purseId],
    ['proved', purseId],
    ['account', escrow],
    journal
  ],
  cancel: ({ purseId }) => [
    ['purse', purseId],
    ['cancellation', purseId]
  ],
  complain: ({ complaintId, accuser, purseId }) => [
    ['complaint', complaintId],
    ['peer', accuser],
    ['purse', purseId]
  ],
  prove: theCase,
  settle: theCase,
  answer: theCase,
  told: ({ complaintIds }) => complaintIds.map((complaintId) => ['complaint', complaintId]),
  resend: theCase,
  appeal: theCase,
  revoke: ({ uid }) => [
    ['peer', uid],
    ['counter', 'revocation']
  ],
  order: ({ orderId, uid }) => [
    ['order', orderId],
    ['peer', uid]
  ],
  refer: ({ reference, uid }) => [
    ['reference', reference],
    ['peer', uid]
  ],
  advise: ({ statements, advices }) => [
    ...statements.map(({ statementId }): Place => ['statement', statementId]),
    ['account', cash],
    journal,
    ...advices.flatMap(({ names, orderId, reference, uid }): Place[] => [
      ...names.map((name): Place => ['adviceName', name]),
      ['advice', names[0]!],
      ['deposit', names[0]!],
      ['order', orderId],
      ['reference', reference],
      ['account', peerAccount(uid)]
    ])
  ],
  assign: ({ adviceId, uid }) => [
    ['advice', adviceId],
    ['deposit', adviceId],
    ['peer', uid],
    ['account', peerAccount(uid)],
    ['account', cash],
    journal
  ],
  issueGifts: ({ batchId, hashes }) => [
    ['giftBatch', batchId],
    ['account', cash],
    ['account', gifts],
    journal,
    ...hashes.map((one): Place => ['gift', one])
  ],
  redeemGift: ({ hash, uid }) => [
    ['gift', hash],
    ['peer', uid],
    ['account', gifts],
    ['account', peerAccount(uid)],
    journal
  ],
  issueCoupon: ({ couponId, infoHash }) => [
    ['coupon', couponId],
    ['content', infoHash]
  ],
  takeCoupon: ({ couponId, uid }) => [
    ['coupon', couponId],
    ['peer', uid],
    ['couponUse', keyOf(couponId, uid)]
  ],
  dropCoupon: ({ couponId }) => [['coupon', couponId]],
  fund: ({ id }) => [['funding', id], ['account', cash], ['account', promotion], journal],
  setDestination: ({ uid }) => [
    ['peer', uid],
    ['destination', uid]
  ],
  requestPayout: ({ payoutId, uid }) => [
    ['payout', payoutId],
    ['peer', uid],
    ['destination', uid],
    ['account', peerAccount(uid)],
    ['account', transit],
    journal
  ],
  preparePayout: ({ batch, payoutIds }) => [
    ['batch', batch],
    ...payoutIds.map((payoutId): Place => ['payout', payoutId])
  ],
  keepSplit: () => [['counter', 'split']],
  leasePayouts: () => [['counter', 'payoutLease']],
  budgetPush: ({ infoHash }) => [
    ['content', infoHash],
    ['pushBudget', infoHash],
    ['account', cash],
    ['account', push],
    journal
  ],
  buyKey: ({ uid, infoHash }) => [
    ['keySale', keyOf(infoHash, uid)],
    ['peer', uid],
    ['account', peerAccount(uid)],
    ['account', providerAccount],
    journal
  ],
  submitPayout: ({ payoutId }) => [['payout', payoutId]],
  settlePayout: ({ payoutId }) => [['payout', payoutId], ['account', transit], journal],
  measure: (command) => [['account', peerAccount(command.uid)], ...ofPromise(command)],
  credit: ofPromise,
  ownAccount: ({ uid }) => [
    ['peer', uid],
    ['ownAccount', uid]
  ]
}

// A kind and its forecast belong together; of a union of kinds the compiler cannot know it.
export const forecastOf = <C extends Command>(command: C): Place[] =>
  (forecasts[command.kind] as unknown as Forecast<C>)(command)

/** Tables that a read walks through from end to end: asked for row by row they would take a round trip each. */
export const tablesOf: { [Name in ReadName]?: readonly TableName[] } = {
  contents: ['content'],
  promotionBooks: ['giftBatch', 'coupon'],
  sharedHandles: ['peer', 'destination']
}
