// The door to the ledger: commands in, outcomes out, reads by key. A new store is a way to run the pure rules and
// reads (a `LedgerEngine`) on some medium; it must pass the compliance suite.
import type { Audit } from './audit.ts'
import type { Command, OutcomeOf, PurchaseCommand } from './commands.ts'
import type { Complaint } from './court-commands.ts'
import type { Payout } from './payout-commands.ts'
import type { Measurement } from './promise-commands.ts'
import type { DestinationRow } from './payout-rows.ts'
import type { Appeal, ComplaintSummary, RevocationEntry, Strike } from './court-reads.ts'
import type {
  Account,
  AccountSums,
  Content,
  ContentSummary,
  JournalLine,
  Offence,
  OwnLines,
  Purse,
  ReadArgs,
  ReadName,
  ReadResult,
  Sale
} from './reads.ts'
import type { AdviceEntry, PromotionBooks } from './money-in-reads.ts'
import type { KeySale } from './push-reads.ts'
import type { PushBudgetRow } from './push-rows.ts'
import type { Wanted } from './purse-chain.ts'
import type { HeadRow } from './rows.ts'
import type { LedgerSize } from './size.ts'

/** Which ledger to keep: all amounts of a ledger are in one currency. */
export interface LedgerOptions {
  /** ISO 4217. A ledger that was begun in another currency is refused with `wrong-currency`. */
  currency: string
}

/**
 * Reads see all commands whose outcome was given before. What is returned is the caller's own copy.
 * Every method rejects with a `LedgerError`: `ledger-closed` after `close`, `store-failed` if the medium fails.
 */
export interface LedgerStore {
  /**
   * Resolves only when the outcome is durable; a rejected command has moved nothing. After `store-failed` it is
   * unknown whether the command stands: repeat it with the same id. Commands given together are committed together.
   */
  execute<C extends Command>(command: C): Promise<OutcomeOf<C>>
  account(uid: string): Promise<Account | undefined>
  accountByKey(signKey: Uint8Array): Promise<Account | undefined>
  content(infoHash: string): Promise<Content | undefined>
  /** All contents, without the torrent files. */
  contents(): Promise<ContentSummary[]>
  purse(purseId: string): Promise<Purse | undefined>
  /**
   * The newest purse of this buyer for this content that is not closed; it may have expired. With `wanted` the newest in
   * force that covers any of these pieces.
   */
  openPurse(uid: string, infoHash: string, wanted?: Wanted): Promise<Purse | undefined>
  /** Rejects as this purchase would now, and moves nothing: what it costs to make a purse comes before the purchase. */
  expectPurchase(command: PurchaseCommand): Promise<void>
  /** Purses that may be closed now, the longest expired first. */
  expired(now: number, limit?: number): Promise<string[]>
  sale(purseId: string, payee: string): Promise<Sale | undefined>
  /** Lines behind `after` (0 = from the first), at most 1000 at a time. */
  journal(after?: number, limit?: number): Promise<JournalLine[]>
  /** What was said to why the posting of this kind and reference was made; '' where nothing was. */
  reason(kind: string, ref: string): Promise<string>
  /** Lines of one account behind `after`, and the last line that was looked at: go on behind it. */
  linesOf(uid: string, after: number, limit: number): Promise<OwnLines>
  /** The newest signed head of the log over the journal. */
  head(): Promise<HeadRow | undefined>
  /** Roots of full blocks of the log from the one with index `first` on, at most 1000 at a time. */
  blocks(first: number, limit?: number): Promise<Uint8Array[]>
  /** Double spends on record, of one purse or of all. */
  offences(purseId?: string): Promise<Offence[]>
  complaint(complaintId: string): Promise<Complaint | undefined>
  /** The case about this token of a buyer's purse that the court paid. */
  settledCase(
    accused: string,
    purseId: string,
    index: number
  ): Promise<ComplaintSummary | undefined>
  /** Cases that wait for this account's answer, those that count first. */
  summons(uid: string, limit: number): Promise<ComplaintSummary[]>
  /** Strikes later than `since` that were not forgiven, at most 1000. */
  strikes(uid: string, since: number): Promise<Strike[]>
  /** Entries of the revocation log behind version `after`, at most 1000 at a time. */
  revocations(after: number, limit: number): Promise<RevocationEntry[]>
  /** All cases behind the id `after` ('' = from the first), at most 1000 at a time. */
  complaints(after?: string): Promise<ComplaintSummary[]>
  appeals(): Promise<Appeal[]>
  /** Payments that wait for the operator, the oldest first, or were noted for him, the newest first, until he set them aside. */
  openAdvices(state: 'waiting' | 'noted', limit?: number): Promise<AdviceEntry[]>
  /** Gift codes and coupons, and the money behind them. */
  promotionBooks(): Promise<PromotionBooks>
  /** Payment handles that several accounts gave; slow on a great ledger. */
  sharedHandles(accountsMin: number): Promise<{ handle: string; uids: string[] }[]>
  payout(payoutId: string): Promise<Payout | undefined>
  /** All payouts behind the id `after` ('' = from the first), at most 1000 at a time. */
  payouts(after?: string, limit?: number): Promise<Payout[]>
  /** Those that are on their way. */
  openPayouts(after?: string, limit?: number): Promise<Payout[]>
  /** All payouts of an account, at most 1000. */
  payoutsOf(uid: string): Promise<Payout[]>
  /** All payouts of a batch, wherever they stand; none if there is no such batch. */
  batch(id: string): Promise<Payout[]>
  /** Where an account wants its money. */
  destination(uid: string): Promise<DestinationRow | undefined>
  destinations(after?: string, limit?: number): Promise<(DestinationRow & { uid: string })[]>
  /** What a push of this content may cost, and what of it is used. */
  pushBudget(infoHash: string): Promise<PushBudgetRow>
  /** Did the provider pay a purse of this content for this account? */
  isPushed(infoHash: string, uid: string): Promise<boolean>
  /** Whose keys of a content were sold, behind the account `after` ('' = from the first), at most 1000 at a time. */
  keySales(infoHash: string, after?: string, limit?: number): Promise<KeySale[]>
  /** The provider's own accounts, and since when, Unix milliseconds. */
  ownAccounts(): Promise<{ uid: string; at: number }[]>
  /** What was found of a purse's promise. */
  measurement(purseId: string): Promise<Measurement | undefined>
  /** Purses whose credit is owed, behind the id `after`, at most 1000 at a time. */
  owedCredits(after?: string, limit?: number): Promise<string[]>
  /** Recomputes everything; slow on a great ledger. */
  audit(): Promise<Audit>
  /** Totals of each kind of account; slow on a great ledger. */
  sums(): Promise<AccountSums[]>
  /** Counts everything; slow on a great ledger. */
  bytes(): Promise<LedgerSize>
  /**
   * Writes all that was committed at one moment to a new file at `path`, while commands go on. Whatever the store, it is a
   * ledger that `sqliteLedger` opens. Rejects with `store-failed`, also if there is such a file.
   */
  backup(path: string): Promise<void>
  /** Finishes what was given, then releases the medium. May be repeated. */
  close(): Promise<void>
}

/** How a store runs rules and reads. */
export interface LedgerEngine {
  execute<C extends Command>(command: C): Promise<OutcomeOf<C>>
  read<N extends ReadName>(name: N, args: ReadArgs<N>): Promise<ReadResult<N>>
  backup(path: string): Promise<void>
  close(): Promise<void>
}

/** The store over an engine. */
export function storeOver(engine: LedgerEngine): LedgerStore {
  return {
    execute: (command) => engine.execute(command),
    account: (uid) => engine.read('account', [uid]),
    accountByKey: (signKey) => engine.read('accountByKey', [signKey]),
    content: (infoHash) => engine.read('content', [infoHash]),
    contents: () => engine.read('contents', []),
    purse: (purseId) => engine.read('purse', [purseId]),
    openPurse: (...args) => engine.read('openPurse', args),
    expectPurchase: (command) => engine.read('expectPurchase', [command]),
    expired: (now, limit = 1000) => engine.read('expired', [now, limit]),
    sale: (purseId, payee) => engine.read('sale', [purseId, payee]),
    journal: (after = 0, limit = 1000) => engine.read('journal', [after, limit]),
    reason: (...args) => engine.read('reason', args),
    linesOf: (...args) => engine.read('linesOf', args),
    head: () => engine.read('head', []),
    blocks: (first, limit = 1000) => engine.read('blocks', [first, limit]),
    offences: (purseId) => engine.read('offences', [purseId]),
    complaint: (complaintId) => engine.read('complaint', [complaintId]),
    settledCase: (...args) => engine.read('settledCase', args),
    summons: (...args) => engine.read('summons', args),
    strikes: (...args) => engine.read('strikes', args),
    revocations: (...args) => engine.read('revocations', args),
    complaints: (after = '') => engine.read('complaints', [after]),
    appeals: () => engine.read('appeals', []),
    sharedHandles: (accountsMin) => engine.read('sharedHandles', [accountsMin]),
    openAdvices: (state, limit = 1000) => engine.read('openAdvices', [state, limit]),
    promotionBooks: () => engine.read('promotionBooks', []),
    payout: (payoutId) => engine.read('payout', [payoutId]),
    payouts: (after = '', limit = 1000) => engine.read('payouts', [after, limit]),
    openPayouts: (after = '', limit = 1000) => engine.read('openPayouts', [after, limit]),
    payoutsOf: (uid) => engine.read('payoutsOf', [uid]),
    batch: (id) => engine.read('batch', [id]),
    destination: (uid) => engine.read('destination', [uid]),
    destinations: (after = '', limit = 1000) => engine.read('destinations', [after, limit]),
    pushBudget: (infoHash) => engine.read('pushBudget', [infoHash]),
    isPushed: (...args) => engine.read('isPushed', args),
    keySales: (infoHash, after = '', limit = 1000) =>
      engine.read('keySales', [infoHash, after, limit]),
    ownAccounts: () => engine.read('ownAccounts', []),
    measurement: (purseId) => engine.read('measurement', [purseId]),
    owedCredits: (after = '', limit = 1000) => engine.read('owedCredits', [after, limit]),
    audit: () => engine.read('audit', []),
    sums: () => engine.read('sums', []),
    bytes: () => engine.read('bytes', []),
    backup: (path) => engine.backup(path),
    close: () => engine.close()
  }
}
