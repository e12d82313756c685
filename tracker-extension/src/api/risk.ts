// What the operator is told of every content: what a seller can lose, what colluders can take, and how much of it is in
// escrow (F55, F71). Amounts are decimal text in minor units.

import { z } from 'zod'
import { swarmRisk } from '../court/swarm-limit.ts'
import type { Ask, Desk } from './desk.ts'
import { amount, count, currency, infoHash } from './schemas.ts'

const contentRisk = z.strictObject({
  infoHash,
  name: z.string(),
  pieces: count,
  price: amount.meta({ description: 'Of one piece, in minor units.' }),
  members: count.meta({ description: 'Seeders and leechers now.' }),
  membersMax: count.meta({ description: 'The most for which p > n·(s + dp).' }),
  holds: z.boolean().meta({ description: 'Does it hold now?' }),
  sellerLoss: amount.meta({ description: 'What one seller can lose to one buyer.' }),
  gainPieces: count.meta({ description: 'What all colluders together can take unpaid.' }),
  gain: amount,
  covered: amount.meta({ description: 'How much of it escrow gives back to the sellers.' })
})

export type ContentRisk = z.infer<typeof contentRisk>

export const riskAnswer = z.strictObject({
  mode: z.enum(['escrow', 'cap']),
  unpaidMax: count.meta({ description: 'The highest unpaid limit that honest sellers give.' }),
  colluders: count,
  currency,
  contents: z.array(contentRisk)
})

export type RiskJson = z.infer<typeof riskAnswer>

export async function riskJson({ mint, swarm }: Desk, { params }: Ask): Promise<RiskJson> {
  const colluders = Number(params['colluders'] ?? '1')
  const { swarmLimit, currency, catalog } = mint
  const contents = (await catalog.list()).map(({ infoHash, title, pieces, priceMinor }) => {
    const { complete, incomplete } = swarm(infoHash)
    const members = complete + incomplete
    const risk = swarmRisk(swarmLimit, { pieces, priceMinor, members, colluders })
    const { membersMax, holds, gainPieces } = risk
    return {
      ...{ infoHash, name: title, pieces, price: String(priceMinor), members, membersMax, holds },
      ...{ sellerLoss: String(risk.sellerLossMinor), gainPieces },
      ...{ gain: String(risk.gainMinor), covered: String(risk.coveredMinor) }
    }
  })
  return { ...swarmLimit, colluders, currency, contents }
}
