// The list of token hashes (F38, F39) for a seller that prefers it to paths. It is given only to whom a buyer signed a
// request for this purse, for it says who downloads what (G7).

import { FloodgateError, equal, toHex, type Header, type Message } from '@floodgate/protocol'
import { readSigned, type Mint } from './mint.ts'
import { certificateOf, seedOfPurse } from './purchase.ts'
import { tokenHashList } from './token-work.ts'

/**
 * Answers a `hashRequest` with the signed `hashList`; its session is the hash of the request. Throws `wrong-purse` (the buyer's
 * request is for another seller, or the purse another's), `unknown-purse`, `unknown-account`, `bad-signature`,
 * `wrong-provider` and what the codec throws.
 */
export async function hashList(mint: Mint, bytes: Uint8Array): Promise<Uint8Array> {
  const { message } = await readSigned(mint, 'hashRequest', bytes)
  const shown = await readSigned(mint, 'request', message.request)
  const request: Message<'request'> & Header = shown.message
  if (!equal(request.payee, message.signer)) throw new FloodgateError('wrong-purse')
  const purse = await mint.store.purse(toHex(request.purse))
  if (purse === undefined) throw new FloodgateError('unknown-purse')
  const fits = purse.uid === toHex(request.signer) && purse.infoHash === toHex(request.infoHash)
  if (!fits) throw new FloodgateError('wrong-purse')
  const seed = seedOfPurse(mint, certificateOf(purse))
  const hashes = await tokenHashList(mint.crypto, seed, purse.pieces)
  const time = mint.now()
  mint.counters.hashLists++
  return mint.issuer.sign(
    'hashList',
    { purse: request.purse, hashes },
    { session: mint.crypto.sha256(bytes), time, expiry: purse.expiresAt }
  )
}
