// What the operator is told of every content: what a seller can lose, what colluders can take, and how much of it is in
// escrow (F55, F71). Amounts are decimal text in minor units.

import { FloodgateError } from '@floodgate/protocol'
import { swarmRisk, type SwarmLimit } from '../court/swarm-limit.ts'
import type { Ask, Desk } from './desk.ts'

export interface ContentRisk {
  infoHash: string
  name: string
  pieces: number
  /** Of one piece. */
  price: string
  /** Seeders and leechers now. */
  members: number
  /** The most for which p > n·(s + dp). */
  membersMax: number
  /** Does it hold now? */
  holds: boolean
  /** What one seller can lose to one buyer. */
  sellerLoss: string
  /** What all colluders together can take unpaid, and how much of it escrow gives back to the sellers. */
  gainPieces: number
  gain: string
  covered: string
}

export type RiskJson = SwarmLimit & {
  colluders: number
  currency: string
  contents: ContentRisk[]
}

/** Throws `bad-request` for a number of colluders that is none. */
export async function riskJson({ mint, swarm }: Desk, { params }: Ask): Promise<RiskJson> {
  const colluders = readCount(params['colluders'] ?? '1')
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

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new FloodgateError('bad-request', 'colluders: from 1 to 999999')
}
