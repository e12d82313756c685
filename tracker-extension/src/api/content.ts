// The list of contents, and how the operator adds to it.

import { z } from 'zod'
import type { Mint } from '../mint/mint.ts'
import { publish } from '../mint/publish.ts'
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
  const contents = await catalog.list()
  return contents.map(({ infoHash, title, priceMinor, ...rest }) => {
    const { pieces, pieceLength, length, currency, mode, free } = rest
    const price = String(priceMinor)
    return { infoHash, name: title, pieces, pieceLength, length, price, currency, mode, free }
  })
}

/** Publishes the torrent file in the body. */
export async function publishJson(
  { mint }: Desk,
  { body }: Pick<Ask, 'body'>
): Promise<ContentJson> {
  const { store, crypto, issuer, currency } = mint
  const published = await publish({ store, crypto, rootKey: issuer.rootKey, currency }, body)
  const { priceMinor, ...terms } = published
  mint.catalog.forget(published.infoHash)
  mint.counters.contents++
  return { ...terms, price: String(priceMinor), currency }
}
