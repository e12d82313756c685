// The list of contents, and how the operator adds to it and takes from it.

import { z } from 'zod'
import type { Mint } from '../mint/mint.ts'
import { publish, type Published } from '../mint/publish.ts'
import type { Ask, Desk } from './desk.ts'
import { amount, count, currency, infoHash } from './schemas.ts'

export const contentJson = z
  .strictObject({
    infoHash,
    name: z.string(),
    pieces: count,
    pieceLength: count.meta({ description: 'Bytes.' }),
    length: count.meta({ description: 'Bytes of all of it.' }),
    price: amount.meta({ description: 'Of one piece, in minor units.' }),
    currency,
    mode: z.enum(['closed', 'open']),
    free: count.meta({ description: 'So many pieces from the first on cost nothing.' })
  })
  .meta({ id: 'Content' })

export type ContentJson = z.infer<typeof contentJson>

export async function contentsJson({ catalog }: Mint): Promise<ContentJson[]> {
  const contents = await catalog.forSale()
  return contents.map(({ infoHash, title, priceMinor, ...rest }) => {
    const { pieces, pieceLength, length, currency, mode, free } = rest
    const price = String(priceMinor)
    return { infoHash, name: title, pieces, pieceLength, length, price, currency, mode, free }
  })
}

export type PublishedJson = ContentJson & Pick<Published, 'isForSale'>

/** Publishes a torrent file. Throws as `publish`. */
export async function publishContent(
  mint: Mint,
  torrent: Uint8Array,
  since?: number
): Promise<PublishedJson> {
  const { store, crypto, issuer, currency } = mint
  const publisher = { store, crypto, rootKey: issuer.rootKey, currency }
  const { priceMinor, ...terms } = await publish(publisher, torrent, since)
  mint.catalog.forget(terms.infoHash)
  mint.counters.contents++
  return { ...terms, price: String(priceMinor), currency }
}

/** Publishes the torrent file in the body, now: so it is for sale. */
export async function publishJson(
  { mint }: Desk,
  { body }: Pick<Ask, 'body'>
): Promise<ContentJson> {
  return contentJson.strip().parse(await publishContent(mint, body))
}

export const contentBody = z.object({ infoHash })

export const withdrawAnswer = z.strictObject({
  infoHash,
  name: z.string(),
  repeated: z.boolean().meta({ description: 'It was not for sale before: nothing changed.' })
})

export type WithdrawJson = z.infer<typeof withdrawAnswer>

/** Withdraws the content in the body from sale. Throws `unknown-content`. */
export async function withdrawJson({ mint }: Desk, { json }: Ask): Promise<WithdrawJson> {
  const { infoHash } = json as z.infer<typeof contentBody>
  const done = await mint.store.execute({ kind: 'withdraw', infoHash, now: mint.now() })
  mint.catalog.forget(infoHash)
  return { infoHash, name: done.title, repeated: done.repeated }
}
