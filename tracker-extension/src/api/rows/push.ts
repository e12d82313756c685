// The routes for contents that are sealed until their release (docs/push.md): willing peers, keys, and whose keys were leaked.

import { MESSAGES } from '@floodgate/protocol'
import { z } from 'zod'
import { sellKeys } from '../../mint/key-sale.ts'
import { offerPushes } from '../../mint/push.ts'
import type { Ask, Desk } from '../desk.ts'
import { TYPES, get, message, post, type Route } from '../route.ts'
import { amount, fromZero, infoHash, time, uid } from '../schemas.ts'

const ofOwner = ['unknown-account', 'clock', 'replayed', 'revoked'] as const

const groupParams = z.object({ infoHash, group: fromZero('As floodgate trace names it.') })
const buyersAnswer = z.strictObject({
  buyers: z.array(z.strictObject({ uid, price: amount, at: time }))
})
export type BuyersJson = z.infer<typeof buyersAnswer>

/** Whoever bought the keys of this group. */
async function buyersJson({ mint: { store } }: Desk, { params }: Ask): Promise<BuyersJson> {
  const { infoHash: content, group } = params as { infoHash: string; group: string }
  const buyers: BuyersJson['buyers'] = []
  for (let after = ''; ;) {
    const sales = await store.keySales(content, after)
    for (const sale of sales) {
      if (sale.group !== Number(group)) continue
      buyers.push({ uid: sale.uid, price: String(sale.priceMinor), at: sale.at })
    }
    if (sales.length === 0) return { buyers }
    after = sales.at(-1)!.uid
  }
}

export const PUSH: readonly Route[] = [
  {
    ...post('/keys', message(MESSAGES.keyRequest.bytesMax), TYPES.message, ({ mint }, { body }) =>
      sellKeys(mint, body)
    ),
    summary:
      'Sells the keys of a sealed content, once it is released; the answer is sealed to the buyer’s box key.',
    message: 'keyRequest',
    reply: 'contentKeys',
    errors: [
      ...ofOwner,
      'not-released',
      'price-changed',
      'insufficient-funds',
      'unknown-content',
      'no-source',
      'conflict'
    ]
  },
  {
    ...post('/willing', message(MESSAGES.willing.bytesMax), TYPES.message, ({ mint }, { body }) =>
      offerPushes(mint, body)
    ),
    summary: 'Takes a peer’s offer of disk and uplink, and says what is pushed to it.',
    message: 'willing',
    reply: 'pushOffers',
    errors: [...ofOwner, 'not-pushed']
  },
  {
    ...get('/operator/buyers/:infoHash/:group', TYPES.json, buyersJson),
    operator: true,
    summary: 'Tells which accounts bought the keys of a group.',
    scope: 'read',
    params: groupParams,
    answer: buyersAnswer
  }
]
