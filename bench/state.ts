// What the provider keeps of a purchase (I7): constant + ⌈pieces/8⌉ bytes, and as much again for each seller that claimed.

import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClaimantJobs } from './actors/claimant.ts'
import type { ProviderJobs } from './actors/provider.ts'
import { defineBench, type Outcome, type Row } from './harness/bench.ts'
import { numbersOf } from './harness/command.ts'
import { round } from './harness/figures.ts'
import type { Stage } from './harness/stage.ts'

/** Each with 20 purchases of a content; 32 are allowed. */
const BUYERS = 50
/** What a claim may hold at most. */
const PURSES_PER_CLAIM = 50

interface Setting {
  purchases: number
  pieces: number
  sellers: number
}

interface Size {
  /** By the ledger's own count. */
  bytes: number
  /** Of the file once the ledger is closed. */
  fileBytes: number
}

export const state = defineBench({
  name: 'state',
  line: "bytes of the provider's state for each purchase, before and after claims",
  columns: ['purchases', 'pieces', 'sellers', 'bytesPerPurchase', 'fileBytesPerPurchase'],
  options: {
    purchases: { value: 1000, short: 200, says: 'purchases, a multiple of 50' },
    pieces: { value: '700,1400', says: 'pieces of a content: two of them show what a piece costs' },
    sellers: { value: '0,1,3', says: 'sellers that claim from every purchase, all of it together' }
  },
  async run(stage, values) {
    const outcome: Outcome = { results: [], notes: [], verdict: '' }
    const { purchases } = values
    for (const pieces of numbersOf('pieces', values.pieces)) {
      for (const sellers of numbersOf('sellers', values.sellers)) {
        const empty = await measure(stage, { purchases: 0, pieces, sellers })
        const full = await measure(stage, { purchases, pieces, sellers })
        const each = (figure: keyof Size) => round((full[figure] - empty[figure]) / purchases)
        const bytesPerPurchase = each('bytes')
        const fileBytesPerPurchase = each('fileBytes')
        const figures = { bytesPerPurchase, fileBytesPerPurchase }
        outcome.results.push({ purchases, pieces, sellers, ...figures })
        stage.say(`${pieces} pieces, ${sellers} sellers: ${bytesPerPurchase} bytes a purchase`)
      }
    }
    outcome.verdict = verdictOf(outcome.results)
    return outcome
  }
})

/** The ledger after so many purchases and claims; with none, what lies beneath them: accounts and the content. */
async function measure(stage: Stage, { purchases, pieces, sellers }: Setting): Promise<Size> {
  const [provider, claimant] = await Promise.all([
    stage.actor<ProviderJobs>('provider'),
    stage.actor<ClaimantJobs>('claimant')
  ])
  const folder = await stage.newFolder('provider')
  const seller = await provider.ask('start', {
    ...{ store: 'sqlite' as const, folder },
    intervalSeconds: 30,
    membersMax: 250
  })
  const people = await claimant.ask('people', { seller, sellers, buyers: BUYERS })
  await provider.ask('openAccounts', [...people.sellers, ...people.buyers])
  const content = { infoHash: new Uint8Array(randomBytes(20)), pieces }
  await provider.ask('publishBare', content)
  const buyers = people.buyers.map(({ uid }) => uid)
  const purses = await provider.ask('sellPurses', { ...content, buyers, count: purchases })
  if (sellers > 0 && purchases > 0) {
    const boxKey = await provider.ask('boxKey', undefined)
    await claimant.ask('make', {
      ...{ purses, pieces, boxKey, shared: true },
      claims: purchases / PURSES_PER_CLAIM,
      pursesPerClaim: PURSES_PER_CLAIM,
      tokensPerPurse: Math.floor(pieces / sellers)
    })
    const { refused } = await claimant.ask('send', { urls: [seller.url] })
    if (refused.length > 0) throw new Error(`a claim was refused: ${refused[0]}`)
  }
  const { bytes } = await provider.ask('bytes', undefined)
  await stage.dismiss(provider, claimant)
  const { size: fileBytes } = await stat(join(folder, 'ledger.db'))
  return { bytes, fileBytes }
}

/** With two numbers of pieces the slope is known, which I7 says: one bit for the purse, and one for each seller. */
function verdictOf(rows: Row[]): string {
  const bySellers = new Map<number, Row[]>()
  for (const row of rows) {
    const sellers = Number(row['sellers'])
    bySellers.set(sellers, [...(bySellers.get(sellers) ?? []), row])
  }
  const parts = [...bySellers].map(([sellers, [first, second]]) => {
    const least = Number(first!['bytesPerPurchase'])
    if (second === undefined) return `${sellers} sellers: ${least} bytes`
    const more = Number(second['bytesPerPurchase']) - least
    const eighths = (Number(second['pieces']) - Number(first!['pieces'])) / 8
    const bitmaps = more / eighths
    const constant = round(least - (bitmaps * Number(first!['pieces'])) / 8)
    return `${sellers} sellers: ${constant} + ${round(bitmaps, 2)} × pieces/8 bytes`
  })
  return `I7 wants constant + (1 + sellers) × pieces/8; measured: ${parts.join('; ')}.`
}
