// What the judge needs to know of a case, gathered from ledger and catalog before it judges: keys, the purse's terms, the
// hash of the piece.

import {
  decode,
  equal,
  fromHex,
  toHex,
  type Evidence,
  type Facts,
  type Message
} from '@floodgate/protocol'
import type { Court } from './court.ts'

/** The case in a complaint message. */
export function evidenceOf(complaint: Message<'complaint'>): Evidence {
  const { kind, signer: accuser, accused, infoHash, purse, index, count, frames } = complaint
  return { kind, accuser, accused, infoHash, purse, index, count, frames }
}

/** Two accounts, one purse, at most one torrent file are read. */
export async function gatherFacts(court: Court, evidence: Evidence): Promise<Facts> {
  const { store, crypto, issuer } = court
  const { accuser, accused, infoHash, index } = evidence
  const [purse, hash, ...accounts] = await Promise.all([
    store.purse(toHex(evidence.purse)),
    evidence.kind === 'bad-delivery' ? court.hashes.of(toHex(infoHash), index) : undefined,
    ...[accuser, accused].map((uid) => store.account(toHex(uid)))
  ])
  const terms = purse === undefined ? undefined : decode(purse.certificate, 'purse').message
  return {
    crypto,
    provider: issuer.provider,
    signKeys: (uid) =>
      accounts.flatMap((account) =>
        account !== undefined && equal(fromHex(account.uid), uid) ? [account.signKey] : []
      ),
    purse: (id) => (terms !== undefined && equal(terms.purse, id) ? terms : undefined),
    pieceHash: (content, at) => (equal(content, infoHash) && at === index ? hash : undefined)
  }
}
